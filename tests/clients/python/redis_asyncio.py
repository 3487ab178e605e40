"""redis-py with asyncio."""

import asyncio

import redis
import redis.asyncio
from shape import CA, PASSWORD, PASSWORD_PORT, PORT, TLS_PORT, allocate, await_restart, say, text, will_listen


async def pipeline(client):
    async with client.pipeline(transaction=False) as pipe:
        for number in range(3):
            pipe.execute_command(*allocate(f"pipeline{number}"))
        return await pipe.execute()


async def transaction(client):
    async with client.pipeline() as pipe:
        pipe.execute_command(*allocate("transaction1"))
        pipe.execute_command(*allocate("transaction2"))
        return await pipe.execute()


async def watch(client):
    async with client.pipeline() as pipe:
        await pipe.watch("LAMP")
        await client.execute_command(*allocate("between"))
        pipe.multi()
        pipe.execute_command(*allocate("watch"))
        try:
            return await pipe.execute()
        except redis.WatchError:
            return None


async def subscribe(client):
    async with client.pubsub(ignore_subscribe_messages=True) as listener:
        will_listen()
        await listener.subscribe("line_allocated")
        async for message in listener.listen():
            if message:
                return message["data"]


async def password(_):
    async with redis.asyncio.Redis(port=PASSWORD_PORT, password=PASSWORD) as known:
        right = await known.execute_command(*allocate("password"))
    try:
        async with redis.asyncio.Redis(port=PASSWORD_PORT, password="wrong") as unknown:
            return [right, await unknown.ping()]
    except redis.RedisError as error:
        return [right, f"refused: {error}"]


async def tls(_):
    async with redis.asyncio.Redis(port=TLS_PORT, ssl=True, ssl_ca_certs=CA) as secure:
        return await secure.execute_command(*allocate("tls"))


async def attempt(step, client, function):
    try:
        say(step=step, value=text(await function(client)))
    except Exception as error:
        say(step=step, error=f"{type(error).__name__}: {error}")


def command(*words):
    return lambda client: client.execute_command(*words)


async def main():
    say(version=redis.__version__)
    async with redis.asyncio.Redis(port=PORT) as client:
        await attempt("allocate", client, command(*allocate("allocate")))
        await attempt("stock", client, command("STOCK", "LAMP"))
        for function in (pipeline, transaction, watch, subscribe, password, tls):
            await attempt(function.__name__, client, function)
        await_restart()
        await attempt("reconnect", client, command(*allocate("reconnect")))


asyncio.run(main())
