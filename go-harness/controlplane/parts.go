package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectlcmd "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserverapp "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllersapp "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

// apiserver is kube-apiserver, in a process that ends with its launcher.
func apiserver(arguments []string) { run(apiserverapp.NewAPIServerCommand, arguments) }

// controllers is kube-controller-manager, in a process that ends with its launcher.
func controllers(arguments []string) { run(controllersapp.NewControllerManagerCommand, arguments) }

func run(command func() *cobra.Command, arguments []string) {
	os.Args = arguments
	go endWithLauncher()
	os.Exit(cli.Run(command()))
}

// endWithLauncher ends this process when its standard input does: the launcher holds the other end, and so no part
// outlives a launcher that was killed.
func endWithLauncher() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// kubectl is kubectl as its own main has it.
func kubectl(arguments []string) {
	os.Args = arguments
	_, _ = logs.GlogSetter(kubectlcmd.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(kubectlcmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
