// Prints the counts of a job whenever they change: go run examples/go/subscribe.go JOB
// TOKEN says who asks, CUEGATE_URL where. Needs nothing but the standard library.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
)

const watch = `subscription Watch($name: String!) {
  job(name: $name, everyMs: 1000) { state priority jobStats { runningFrames deadFrames } }
}`

func main() {
	url := os.Getenv("CUEGATE_URL")
	if url == "" {
		url = "http://127.0.0.1:8448"
	}
	body, _ := json.Marshal(map[string]any{"query": watch, "variables": map[string]string{"name": os.Args[1]}})
	request, err := http.NewRequest("POST", url+"/graphql", bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 64<<20) // An answer is one line.
	for lines.Scan() {
		// Every other line keeps the connection alive, or says that an answer begins or ends.
		if answer, found := strings.CutPrefix(lines.Text(), "data: "); found && answer != "" {
			fmt.Println(answer)
		}
	}
	// When the connection breaks, ask again: the first answer tells how things stand.
	log.Fatal("the subscription has ended: ", lines.Err())
}
