package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// port is a free port of loopback, ours for as long as the launcher lives.
//
// The launcher binds it and never listens; whoever serves it binds it too (SO_REUSEPORT). So nobody else can take the
// port between choosing and serving it, nor while the API server restarts.
type port struct {
	held   int
	number int
}

func reserve() (*port, error) {
	held, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("a socket: %w", err)
	}
	unix.CloseOnExec(held)
	if err := unix.SetsockoptInt(held, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return nil, fmt.Errorf("SO_REUSEPORT: %w", err)
	}
	if err := unix.Bind(held, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, fmt.Errorf("a free port of 127.0.0.1: %w", err)
	}
	bound, err := unix.Getsockname(held)
	if err != nil {
		return nil, fmt.Errorf("a free port of 127.0.0.1: %w", err)
	}
	return &port{held: held, number: bound.(*unix.SockaddrInet4).Port}, nil
}

func (p *port) address() string { return fmt.Sprintf("127.0.0.1:%d", p.number) }
