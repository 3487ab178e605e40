# Redis and Redis::Fast, which have the same interface: perl redis.pl MODULE
# As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.
use strict;
use warnings;
use JSON::PP;

my $module = shift @ARGV;
eval "require $module; 1" or die $@;
$| = 1;
my $json = JSON::PP->new->allow_nonref->allow_blessed->canonical;

sub say_line { print $json->encode({@_}), "\n" }
sub allocate { return ('ALLOCATE', "$ENV{CLIENT_NAME}-$_[0]", 'LAMP', '1') }

# A method of any name is a command of that name.
sub call {
    my ($client, $verb, @words) = @_;
    my $method = lc $verb;
    return $client->$method(@words);
}

sub attempt {
    my ($step, $function) = @_;
    my $value = eval { $function->() };
    my $error = $@;
    $error =~ s/ at \S+ line .*//s;
    $error ? say_line(step => $step, error => $error) : say_line(step => $step, value => $value);
}

sub connected {
    my ($port, @more) = @_;
    return $module->new(server => "127.0.0.1:$port", @more);
}

say_line(version => $module->VERSION);
my $client = connected($ENV{CLIENT_PORT}, reconnect => 20, every => 100_000);

# Replies of a pipeline come to callbacks, each with the value and an error.
sub pipelined {
    my ($pipe, @steps) = @_;
    my @replies;
    call($pipe, allocate($_), sub { push @replies, $_[0] // $_[1] }) for @steps;
    $pipe->wait_all_responses;
    return \@replies;
}

attempt('allocate', sub { call($client, allocate('allocate')) });
attempt('stock', sub { [call($client, 'STOCK', 'LAMP')] });
attempt('pipeline', sub { pipelined($client, 'pipeline0', 'pipeline1', 'pipeline2') });
attempt('transaction', sub {
    $client->multi;
    call($client, allocate('transaction1'));
    call($client, allocate('transaction2'));
    return [$client->exec];
});
attempt('watch', sub {
    my $watcher = connected($ENV{CLIENT_PORT});
    $watcher->watch('LAMP');
    call($client, allocate('between'));
    $watcher->multi;
    call($watcher, allocate('watch'));
    my @replies = $watcher->exec;
    return @replies == 0 || !defined $replies[0] ? undef : \@replies;
});
attempt('subscribe', sub {
    my $received;
    say_line(listens => JSON::PP::true);
    my $listener = connected($ENV{CLIENT_PORT});
    $listener->subscribe('line_allocated', sub { $received = $_[0] });
    $listener->wait_for_messages(5) until defined $received;
    return $received;
});
attempt('password', sub {
    my $known = connected($ENV{CLIENT_PASSWORD_PORT}, password => $ENV{CLIENT_PASSWORD});
    my $right = call($known, allocate('password'));
    my $wrong = eval { connected($ENV{CLIENT_PASSWORD_PORT}, password => 'wrong')->ping };
    return [$right, $wrong // "refused: $@"];
});
if ($module eq 'Redis') {
    attempt('tls', sub {
        local $ENV{SSL_CERT_FILE} = $ENV{CLIENT_CA}; # it has no option for that
        my $secure = connected($ENV{CLIENT_TLS_PORT}, ssl => 1, SSL_verify_mode => 1);
        return call($secure, allocate('tls'));
    });
} else {
    say_line(step => 'tls', not_offered => 'no TLS');
}
say_line(restart => JSON::PP::true);
<STDIN>;
# Some libraries fail what is sent first after the server was away, and then go on.
attempt('reconnect', sub {
    my $value = eval { call($client, allocate('reconnect')) };
    return $value // call($client, allocate('reconnect'));
});
