// Command argocd is an ArgoCD for tests and for the demo: its application controller, its repository server and a redis
// in one process on loopback, against a Kubernetes that is given. See README.md.
package main

import (
	"fmt"
	"os"
)

func main() {
	stderr := os.Stderr // launch gives ArgoCD's loggers another one
	var err error
	switch mode := mode(); mode {
	case "customizations":
		err = check(os.Args[2:])
	case "action":
		err = act(os.Args[2:])
	default:
		err = launch(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(stderr, "argocd:", err)
		os.Exit(1)
	}
}

func mode() string {
	if len(os.Args) > 1 {
		return os.Args[1]
	}
	return ""
}
