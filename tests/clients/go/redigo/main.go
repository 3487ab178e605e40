// redigo. As tests/clients/python/shape.py: tries one thing after the other, and prints what came of each.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/gomodule/redigo/redis"
)

func say(line map[string]any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// text tells bytes, which are data, from a string, which is a status.
func text(value any) any {
	switch value := value.(type) {
	case []byte:
		return string(value)
	case string:
		return map[string]any{"status": value}
	case redis.Error:
		return map[string]any{"error": string(value)}
	case []any:
		texts := []any{}
		for _, each := range value {
			texts = append(texts, text(each))
		}
		return texts
	}
	return value
}

func attempt(step string, function func() (any, error)) {
	value, err := function()
	if err != nil {
		say(map[string]any{"step": step, "error": err.Error()})
	} else {
		say(map[string]any{"step": step, "value": text(value)})
	}
}

func allocate(step string) []any {
	return []any{os.Getenv("CLIENT_NAME") + "-" + step, "LAMP", "1"}
}

func dial(port string, options ...redis.DialOption) (redis.Conn, error) {
	options = append(options, redis.DialReadTimeout(5*time.Second))
	return redis.Dial("tcp", "127.0.0.1:"+os.Getenv(port), options...)
}

func pipeline(client redis.Conn) (any, error) {
	for number := 0; number < 3; number++ {
		if err := client.Send("ALLOCATE", allocate(fmt.Sprint("pipeline", number))...); err != nil {
			return nil, err
		}
	}
	return client.Do("") // flushes, and gives the replies of all
}

func transaction(client redis.Conn, steps ...string) (any, error) {
	if err := client.Send("MULTI"); err != nil {
		return nil, err
	}
	for _, step := range steps {
		if err := client.Send("ALLOCATE", allocate(step)...); err != nil {
			return nil, err
		}
	}
	return client.Do("EXEC")
}

func watch(client redis.Conn, other redis.Conn) (any, error) {
	if _, err := client.Do("WATCH", "LAMP"); err != nil {
		return nil, err
	}
	if _, err := other.Do("ALLOCATE", allocate("between")...); err != nil {
		return nil, err
	}
	return transaction(client, "watch")
}

func subscribe() (any, error) {
	connection, err := dial("CLIENT_PORT")
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	say(map[string]any{"listens": true})
	listener := redis.PubSubConn{Conn: connection}
	if err := listener.Subscribe("line_allocated"); err != nil {
		return nil, err
	}
	for {
		switch received := listener.Receive().(type) {
		case redis.Message:
			return received.Data, nil
		case error:
			return nil, received
		}
	}
}

func password() (any, error) {
	known, err := dial("CLIENT_PASSWORD_PORT", redis.DialPassword(os.Getenv("CLIENT_PASSWORD")))
	if err != nil {
		return nil, err
	}
	defer known.Close()
	right, err := known.Do("ALLOCATE", allocate("password")...)
	if err != nil {
		return nil, err
	}
	if _, err = dial("CLIENT_PASSWORD_PORT", redis.DialPassword("wrong")); err != nil {
		return []any{right, []byte("refused: " + err.Error())}, nil
	}
	return []any{right, []byte("let in")}, nil
}

func secure() (any, error) {
	pem, err := os.ReadFile(os.Getenv("CLIENT_CA"))
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	client, err := dial("CLIENT_TLS_PORT", redis.DialUseTLS(true),
		redis.DialTLSConfig(&tls.Config{RootCAs: authorities}))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return client.Do("ALLOCATE", allocate("tls")...)
}

func main() {
	say(map[string]any{"version": os.Getenv("CLIENT_VERSION")}) // the library does not tell
	pool := &redis.Pool{Dial: func() (redis.Conn, error) { return dial("CLIENT_PORT") }}
	client, other := pool.Get(), pool.Get()
	attempt("allocate", func() (any, error) { return client.Do("ALLOCATE", allocate("allocate")...) })
	attempt("stock", func() (any, error) { return client.Do("STOCK", "LAMP") })
	attempt("pipeline", func() (any, error) { return pipeline(client) })
	attempt("transaction", func() (any, error) {
		return transaction(client, "transaction1", "transaction2")
	})
	attempt("watch", func() (any, error) { return watch(client, other) })
	attempt("subscribe", subscribe)
	attempt("password", password)
	attempt("tls", secure)
	say(map[string]any{"restart": true})
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	_ = client.Close()
	// A pool gives another connection once it has seen that one is broken.
	attempt("reconnect", func() (any, error) {
		again := pool.Get()
		reply, err := again.Do("ALLOCATE", allocate("reconnect")...)
		_ = again.Close()
		if err == nil {
			return reply, nil
		}
		return pool.Get().Do("ALLOCATE", allocate("reconnect")...)
	})
}
