<?php
require __DIR__ . '/shape.php';
require '/usr/share/php/Predis/autoload.php';

use Predis\Client;

function connected(array $options): Client
{
    return new Client($options + ['host' => '127.0.0.1', 'read_write_timeout' => 5]);
}

say(['version' => Client::VERSION]);
$client = connected(['port' => $port]);

attempt('allocate', fn () => $client->executeRaw(allocate('allocate')));
attempt('stock', fn () => $client->executeRaw(['STOCK', 'LAMP']));

/** Its pipelines and transactions take commands only, of which it knows those of Redis. */
class Words extends Predis\Command\Command
{
    public function __construct(private array $words)
    {
        $this->setArguments(array_slice($words, 1));
    }

    public function getId()
    {
        return $this->words[0];
    }
}
function command(string $step): Words
{
    return new Words(allocate($step));
}

attempt('pipeline', fn () => $client->pipeline(function ($pipe) {
    foreach ([0, 1, 2] as $number) {
        $pipe->executeCommand(command("pipeline$number"));
    }
}));
attempt('transaction', fn () => $client->transaction(function ($transaction) {
    $transaction->executeCommand(command('transaction1'));
    $transaction->executeCommand(command('transaction2'));
}));
attempt('watch', function () use ($client, $port) {
    try {
        return $client->transaction(['cas' => true, 'watch' => 'LAMP'], function ($transaction) use ($port) {
            $transaction->executeCommand(new Words(['STOCK', 'LAMP'])); // it watches with the first command
            connected(['port' => $port])->executeRaw(allocate('between'));
            $transaction->multi();
            $transaction->executeCommand(command('watch'));
        });
    } catch (Predis\Transaction\AbortedMultiExecException) {
        return null;
    }
});
attempt('subscribe', function () use ($port) {
    will_listen();
    $listener = connected(['port' => $port])->pubSubLoop(['subscribe' => 'line_allocated']);
    foreach ($listener as $message) {
        if ($message->kind === 'message') {
            return $message->payload;
        }
    }
});
attempt('password', function () use ($password_port, $password) {
    $right = connected(['port' => $password_port, 'password' => $password])->executeRaw(allocate('password'));
    try {
        $wrong = connected(['port' => $password_port, 'password' => 'wrong'])->executeRaw(['PING']);
        return [$right, $wrong];
    } catch (Predis\PredisException $error) {
        return [$right, "refused: {$error->getMessage()}"];
    }
});
attempt('tls', function () use ($tls_port, $ca) {
    $secure = connected(['scheme' => 'tls', 'port' => $tls_port, 'ssl' => ['cafile' => $ca]]);
    return $secure->executeRaw(allocate('tls'));
});
await_restart();
attempt('reconnect', fn () => twice(fn () => $client->executeRaw(allocate('reconnect'))));
