package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"
)

// asker asks the API server as the administrator whether something is there yet.
type asker struct {
	server string
	token  string
	client *http.Client
}

func newAsker(server, authority, token string) (*asker, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return &asker{server: server, token: token, client: &http.Client{Transport: transport, Timeout: 10 * time.Second}}, nil
}

// until waits for the answer 200, as long as the part that has to bring it about lives.
func (a *asker) until(path string, part *process) error {
	deadline := time.After(readyWithin)
	for {
		if a.ok(path) {
			return nil
		}
		select {
		case <-part.ended:
			return part.failure("did not start")
		case <-deadline:
			return part.failure(fmt.Sprintf("did not get ready within %s (%s)", readyWithin, path))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (a *asker) ok(path string) bool {
	request, err := http.NewRequest(http.MethodGet, a.server+path, nil)
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := a.client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}
