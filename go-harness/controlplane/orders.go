package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
)

// orders are what the launcher does when a line of its standard input says so.
var orders = map[string]func(*plane) error{
	// The API server on the same port with the same data, as an upgrade restarts it: watches end, and what was watched
	// before is forgotten, so who goes on from an old version is told 410 Gone.
	"restart-apiserver": func(p *plane) error { return errors.Join(p.stopAPIServer(syscall.SIGTERM), p.againAPIServer()) },
	// An outage, begun politely or not, and its end.
	"stop-apiserver":  func(p *plane) error { return p.stopAPIServer(syscall.SIGTERM) },
	"kill-apiserver":  func(p *plane) error { return p.stopAPIServer(syscall.SIGKILL) },
	"start-apiserver": func(p *plane) error { return p.againAPIServer() },
	// etcd forgets all but the newest revision.
	"compact": func(p *plane) error { return p.store.compact() },
}

// words are all orders, for the usage.
func words() string { return strings.Join(slices.Sorted(maps.Keys(orders)), ", ") }

// obey does what a line says and answers with a line: `done <order>` or `failed <order>: <why>`.
func (p *plane) obey(line string) {
	order, known := orders[line]
	if !known {
		fmt.Printf("failed %s: not an order; there are %s\n", line, words())
		return
	}
	if err := order(p); err != nil {
		fmt.Printf("failed %s: %s\n", line, strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	fmt.Println("done", line)
}

func (p *plane) stopAPIServer(how os.Signal) error {
	if p.apiserver == nil {
		return errors.New("the API server is not running")
	}
	p.apiserver.stop(how)
	p.apiserver = nil
	return nil
}

func (p *plane) againAPIServer() error {
	if p.apiserver != nil {
		return errors.New("the API server is running")
	}
	return p.startAPIServer()
}
