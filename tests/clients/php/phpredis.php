<?php
require __DIR__ . '/shape.php';

function connected(int $port, string $scheme = '', array $context = []): Redis
{
    $client = new Redis();
    $client->connect("{$scheme}127.0.0.1", $port, 5, null, 0, 5, $context);
    return $client;
}

/** An error is no exception in phpredis: it is false, and getLastError() tells. */
function raw(Redis $client, array $words)
{
    $client->clearLastError();
    $reply = $client->rawCommand(...$words);
    if ($reply === false && $client->getLastError() !== null) {
        throw new RuntimeException($client->getLastError());
    }
    return $reply;
}

say(['version' => phpversion('redis')]);
$client = connected($port);

attempt('allocate', fn () => raw($client, allocate('allocate')));
attempt('stock', fn () => raw($client, ['STOCK', 'LAMP']));
attempt('pipeline', function () use ($client) {
    $pipe = $client->multi(Redis::PIPELINE);
    foreach ([0, 1, 2] as $number) {
        $pipe->rawCommand(...allocate("pipeline$number"));
    }
    return $pipe->exec();
});
attempt('transaction', function () use ($client) {
    $transaction = $client->multi();
    $transaction->rawCommand(...allocate('transaction1'));
    $transaction->rawCommand(...allocate('transaction2'));
    return $transaction->exec();
});
attempt('watch', function () use ($client, $port) {
    $client->watch('LAMP');
    raw(connected($port), allocate('between'));
    $transaction = $client->multi();
    $transaction->rawCommand(...allocate('watch'));
    $replies = $transaction->exec();
    return $replies === false ? null : $replies; // false is how it says nil
});
attempt('subscribe', function () use ($port) {
    $received = null;
    will_listen();
    $listener = connected($port);
    try {
        $listener->subscribe(['line_allocated'], function ($from, $channel, $message) use (&$received) {
            $received = $message;
            throw new LogicException('received'); // the way out of a subscription
        });
    } catch (Throwable $error) {
        return $received ?? throw $error;
    }
    return $received;
});
attempt('password', function () use ($password_port, $password) {
    $known = connected($password_port);
    $known->auth($password);
    $right = raw($known, allocate('password'));
    try {
        return [$right, connected($password_port)->auth('wrong')];
    } catch (RedisException $error) {
        return [$right, "refused: {$error->getMessage()}"];
    }
});
attempt('tls', function () use ($tls_port, $ca) {
    $secure = connected($tls_port, 'tls://', ['stream' => ['cafile' => $ca, 'verify_peer_name' => false]]);
    return raw($secure, allocate('tls'));
});
await_restart();
attempt('reconnect', fn () => twice(fn () => raw($client, allocate('reconnect'))));
