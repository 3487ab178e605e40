"""redis-py, synchronous."""

import redis
from shape import CA, PASSWORD, PASSWORD_PORT, PORT, TLS_PORT, allocate, attempt, await_restart, say, twice, will_listen

say(version=redis.__version__)
client = redis.Redis(port=PORT)


def pipeline():
    with client.pipeline(transaction=False) as pipe:
        for number in range(3):
            pipe.execute_command(*allocate(f"pipeline{number}"))
        return pipe.execute()


def transaction():
    with client.pipeline() as pipe:
        pipe.execute_command(*allocate("transaction1"))
        pipe.execute_command(*allocate("transaction2"))
        return pipe.execute()


def watch():
    with client.pipeline() as pipe:
        pipe.watch("LAMP")
        client.execute_command(*allocate("between"))
        pipe.multi()
        pipe.execute_command(*allocate("watch"))
        try:
            return pipe.execute()
        except redis.WatchError:
            return None


def subscribe():
    with client.pubsub(ignore_subscribe_messages=True) as listener:
        will_listen()
        listener.subscribe("line_allocated")
        return next(each["data"] for each in listener.listen() if each)


def password():
    with redis.Redis(port=PASSWORD_PORT, password=PASSWORD) as known:
        right = known.execute_command(*allocate("password"))
    try:
        with redis.Redis(port=PASSWORD_PORT, password="wrong") as unknown:
            return [right, unknown.ping()]
    except redis.RedisError as error:
        return [right, f"refused: {error}"]


def tls():
    with redis.Redis(port=TLS_PORT, ssl=True, ssl_ca_certs=CA) as secure:
        return secure.execute_command(*allocate("tls"))


attempt("allocate", lambda: client.execute_command(*allocate("allocate")))
attempt("stock", lambda: client.execute_command("STOCK", "LAMP"))
attempt("pipeline", pipeline)
attempt("transaction", transaction)
attempt("watch", watch)
attempt("subscribe", subscribe)
attempt("password", password)
attempt("tls", tls)
await_restart()
attempt("reconnect", lambda: twice(lambda: client.execute_command(*allocate("reconnect"))))
