// Command fixed is what the official clients do, for many jobs: each is asked for
// every 3 s until it has ended, 8 at a time. Job IDs come on standard input. All jobs
// are asked for at the same moment, or with the argument spread at moments of their
// own, which is kinder to the server.
//
//	fixed http://127.0.0.1:8000 [spread] < ids.txt
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"
)

const every = 3 * time.Second

func main() {
	client := &http.Client{Timeout: 10 * time.Second}
	spread := len(os.Args) > 2
	slots := make(chan struct{}, 8)
	var watching sync.WaitGroup
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		id := in.Text()
		watching.Go(func() {
			if spread {
				<-time.After(rand.N(every))
			}
			for {
				slots <- struct{}{}
				status, err := ask(client, os.Args[1]+"/job/"+id+"/status")
				<-slots
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
				if status == "Done" || status == "Error" {
					fmt.Println(id, status)
					return
				}
				<-time.After(every)
			}
		})
	}
	watching.Wait()
}

func ask(client *http.Client, url string) (status string, err error) {
	resp, err := client.Get(url) //nolint:noctx,gosec // as people write it; the client has a time limit
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	var answer struct{ Status string }
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return answer.Status, err
}
