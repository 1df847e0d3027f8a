// Command argocd is an ArgoCD for tests and for the demo: its application controller, its repository server and a redis
// in one process on loopback, against a Kubernetes that is given. See README.md.
package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func main() {
	var err error
	said := stderr()
	switch mode := mode(); mode {
	case "customizations":
		err = check(os.Args[2:])
	case "action":
		err = act(os.Args[2:])
	default:
		err = launch(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(said, "argocd:", err)
		os.Exit(1)
	}
}

// stderr is a second handle of standard error: launch leaves the first one to ArgoCD's loggers.
func stderr() *os.File {
	second, err := unix.Dup(unix.Stderr)
	if err != nil {
		return os.Stderr
	}
	unix.CloseOnExec(second)
	return os.NewFile(uintptr(second), "stderr")
}

func mode() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	return ""
}
