# redis-rb. As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.
require 'json'
require 'redis'
$stdout.sync = true

def say(line)
  puts JSON.generate(line)
end

def allocate(step)
  ['ALLOCATE', "#{ENV['CLIENT_NAME']}-#{step}", 'LAMP', '1']
end

def attempt(step)
  say(step: step, value: yield)
rescue StandardError => error
  say(step: step, error: "#{error.class}: #{error.message}")
end

def connected(port, **more)
  Redis.new(host: '127.0.0.1', port: port.to_i, timeout: 5, **more)
end

say(version: Redis::VERSION)
client = connected(ENV['CLIENT_PORT'])

attempt('allocate') { client.call(*allocate('allocate')) }
attempt('stock') { client.call('STOCK', 'LAMP') }
attempt('pipeline') do
  client.pipelined { |pipe| 3.times { |number| pipe.call(*allocate("pipeline#{number}")) } }
end
attempt('transaction') do
  client.multi do |transaction|
    transaction.call(*allocate('transaction1'))
    transaction.call(*allocate('transaction2'))
  end
end
attempt('watch') do
  other = connected(ENV['CLIENT_PORT'])
  client.watch('LAMP') do
    other.call(*allocate('between'))
    client.multi { |transaction| transaction.call(*allocate('watch')) }
  end
end
attempt('subscribe') do
  received = nil
  say(listens: true)
  listener = connected(ENV['CLIENT_PORT'])
  listener.subscribe('line_allocated') do |on|
    on.message do |_, message|
      received = message
      listener.unsubscribe
    end
  end
  received
end
attempt('password') do
  right = connected(ENV['CLIENT_PASSWORD_PORT'], password: ENV['CLIENT_PASSWORD']).call(*allocate('password'))
  wrong = begin
    connected(ENV['CLIENT_PASSWORD_PORT'], password: 'wrong').ping
  rescue Redis::BaseError => error
    "refused: #{error.message}"
  end
  [right, wrong]
end
attempt('tls') do
  secure = connected(ENV['CLIENT_TLS_PORT'], ssl: true, ssl_params: { ca_file: ENV['CLIENT_CA'] })
  secure.call(*allocate('tls'))
end
say(restart: true)
$stdin.gets
# Some libraries fail what is sent first after the server was away, and then go on.
attempt('reconnect') do
  client.call(*allocate('reconnect'))
rescue Redis::BaseConnectionError
  client.call(*allocate('reconnect'))
end
