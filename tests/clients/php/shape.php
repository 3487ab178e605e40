<?php
// As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.

$port = (int) getenv('CLIENT_PORT');
$password_port = (int) getenv('CLIENT_PASSWORD_PORT');
$password = getenv('CLIENT_PASSWORD');
$tls_port = (int) getenv('CLIENT_TLS_PORT');
$ca = getenv('CLIENT_CA');

function allocate(string $step): array
{
    return ['ALLOCATE', getenv('CLIENT_NAME') . "-$step", 'LAMP', '1'];
}

function say(array $line): void
{
    fwrite(STDOUT, json_encode($line, JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR) . "\n");
}

function attempt(string $step, callable $function): void
{
    try {
        say(['step' => $step, 'value' => $function()]);
    } catch (Throwable $error) {
        say(['step' => $step, 'error' => get_class($error) . ': ' . $error->getMessage()]);
    }
}

/** Some libraries fail what is sent first after the server was away, and then go on. */
function twice(callable $function)
{
    try {
        return $function();
    } catch (Throwable) {
        return $function();
    }
}

/** The runner allocates a line as soon as one listens to line_allocated. */
function will_listen(): void
{
    say(['listens' => true]);
}

function await_restart(): void
{
    say(['restart' => true]);
    fgets(STDIN);
}
