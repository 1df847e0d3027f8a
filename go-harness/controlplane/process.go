package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// process is one part of the control plane, run by this same binary.
type process struct {
	name  string
	log   string
	cmd   *exec.Cmd
	stdin io.WriteCloser // held open: the part ends when this does
	ended chan struct{}
}

// start runs a part; its output goes to the end of dir/<name>.log.
func start(dir, name string, arguments []string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{name: name, log: filepath.Join(dir, name+".log"), ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(self, append([]string{name}, arguments...)...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is the launcher's business
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// gone tells that the part has ended by itself; never, for a part that is stopped on purpose.
func (p *process) gone() <-chan struct{} {
	if p == nil {
		return nil
	}
	return p.ended
}

// stop sends a signal and waits for the end.
func (p *process) stop(signal os.Signal) {
	_ = p.cmd.Process.Signal(signal)
	<-p.ended
}

// failure says why the part is not there, in its own last words.
func (p *process) failure(what string) error {
	text, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("%s %s; the end of %s:\n%s", p.name, what, p.log, strings.Join(lines[max(0, len(lines)-15):], "\n"))
}
