/* hiredis. As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_text(const char* text, size_t bytes) {
    putchar('"');
    for (size_t i = 0; i < bytes; ++i) {
        const unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == '"' || c == '\\') {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void print_value(const redisReply* reply) {
    switch (reply->type) {
        case REDIS_REPLY_ARRAY:
            putchar('[');
            for (size_t i = 0; i < reply->elements; ++i) {
                if (i != 0) putchar(',');
                print_value(reply->element[i]);
            }
            putchar(']');
            break;
        case REDIS_REPLY_INTEGER:
            printf("%lld", reply->integer);
            break;
        case REDIS_REPLY_NIL:
            printf("null");
            break;
        case REDIS_REPLY_STATUS: /* distinguished from data, as a program does that looks at types */
            printf("{\"status\":");
            print_text(reply->str, reply->len);
            putchar('}');
            break;
        default:
            print_text(reply->str, reply->len);
    }
}

/* One line for a step. A reply that did not come is the context's error. */
static void say(const char* step, const redisContext* client, redisReply* reply) {
    const int failed = reply == NULL || reply->type == REDIS_REPLY_ERROR;
    printf("{\"step\":\"%s\",\"%s\":", step, failed ? "error" : "value");
    if (reply != NULL) {
        print_value(reply);
    } else {
        print_text(client->errstr, strlen(client->errstr));
    }
    puts("}");
    if (reply != NULL) freeReplyObject(reply);
}

static int port_in(const char* name) { return atoi(getenv(name)); }

static redisContext* connected(const char* port) {
    const struct timeval timeout = {5, 0};
    redisContext* const client = redisConnectWithTimeout("127.0.0.1", port_in(port), timeout);
    if (client == NULL || client->err) exit(1);
    redisSetTimeout(client, timeout);
    return client;
}

static const char* name(void) { return getenv("CLIENT_NAME"); }

static redisReply* allocate(redisContext* client, const char* step) {
    return redisCommand(client, "ALLOCATE %s-%s LAMP 1", name(), step);
}

/* As a program sends it that knows of nothing: MULTI and all between are queued by hand. */
static redisReply* executed(redisContext* client, const char* first, const char* second) {
    freeReplyObject(redisCommand(client, "MULTI"));
    freeReplyObject(allocate(client, first));
    if (second != NULL) freeReplyObject(allocate(client, second));
    return redisCommand(client, "EXEC");
}

static void pipeline(redisContext* client) {
    printf("{\"step\":\"pipeline\",\"value\":[");
    for (int i = 0; i < 3; ++i) redisAppendCommand(client, "ALLOCATE %s-pipeline%d LAMP 1", name(), i);
    for (int i = 0; i < 3; ++i) {
        redisReply* reply = NULL;
        if (redisGetReply(client, (void**)&reply) != REDIS_OK) exit(1);
        if (i != 0) putchar(',');
        print_value(reply);
        freeReplyObject(reply);
    }
    puts("]}");
}

static void watch(redisContext* client) {
    redisContext* const other = connected("CLIENT_PORT");
    freeReplyObject(redisCommand(client, "WATCH LAMP"));
    freeReplyObject(allocate(other, "between"));
    say("watch", client, executed(client, "watch", NULL));
    redisFree(other);
}

static void subscribe(void) {
    redisContext* const listener = connected("CLIENT_PORT");
    puts("{\"listens\":true}");
    freeReplyObject(redisCommand(listener, "SUBSCRIBE line_allocated"));
    redisReply* reply = NULL;
    if (redisGetReply(listener, (void**)&reply) != REDIS_OK) exit(1);
    printf("{\"step\":\"subscribe\",\"value\":");
    print_value(reply->element[2]);
    puts("}");
    freeReplyObject(reply);
    redisFree(listener);
}

static void password(void) {
    redisContext* const known = connected("CLIENT_PASSWORD_PORT");
    freeReplyObject(redisCommand(known, "AUTH %s", getenv("CLIENT_PASSWORD")));
    redisReply* const right = allocate(known, "password");
    redisReply* const wrong = redisCommand(known, "AUTH wrong");
    printf("{\"step\":\"password\",\"value\":[");
    print_value(right);
    printf(",\"%s", wrong->type == REDIS_REPLY_ERROR ? "refused: " : "");
    printf("%s\"]}\n", wrong->str);
    freeReplyObject(right);
    freeReplyObject(wrong);
    redisFree(known);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("{\"version\":\"%d.%d.%d\"}\n", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
    redisContext* const client = connected("CLIENT_PORT");
    say("allocate", client, allocate(client, "allocate"));
    say("stock", client, redisCommand(client, "STOCK LAMP"));
    pipeline(client);
    say("transaction", client, executed(client, "transaction1", "transaction2"));
    watch(client);
    subscribe();
    password();
    puts("{\"step\":\"tls\",\"not_offered\":\"no TLS before 1.0\"}");
    puts("{\"restart\":true}");
    (void)getchar();
    redisReply* reply = allocate(client, "reconnect");
    if (reply == NULL && redisReconnect(client) == REDIS_OK) reply = allocate(client, "reconnect");
    say("reconnect", client, reply);
    redisFree(client);
    return 0;
}
