// Command controlplane is a Kubernetes control plane for tests and for the demo: etcd, kube-apiserver and
// kube-controller-manager on loopback and free ports, and kubectl to talk to it. See README.md.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" { // a link of that name
		kubectl(os.Args)
		return
	}
	part := ""
	if len(os.Args) > 1 {
		part = os.Args[1]
	}
	switch part {
	case "apiserver":
		apiserver(os.Args[1:])
	case "controllers":
		controllers(os.Args[1:])
	case "kubectl":
		kubectl(os.Args[1:])
	default:
		if err := launch(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "controlplane:", err)
			os.Exit(1)
		}
	}
}
