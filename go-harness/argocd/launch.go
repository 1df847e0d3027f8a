package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/argoproj/argo-cd/v3/util/log"
	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// readyWithin bounds the wait for ArgoCD. It is generous: machines that run tests are busy.
const readyWithin = 2 * time.Minute

// namespace is where ArgoCD's own objects and the Applications are.
const namespace = "argocd"

// launch starts an ArgoCD, says `ready`, and works until it is told to end.
func launch(arguments []string) error {
	flags := flag.NewFlagSet("argocd", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "the `file` with which it finds its cluster, as an administrator")
	dir := flags.String("dir", "", "an empty `folder` for clones of repositories and the log (made if it is not there)")
	resync := flags.Duration("resync", 5*time.Second, "how often every Application is compared")
	untilStdinCloses := flags.Bool("until-stdin-closes", false, "end when standard input does")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "usage: argocd --kubeconfig FILE --dir FOLDER [--resync 5s] [--until-stdin-closes]\n"+
			"       argocd customizations FOLDER\n       argocd action --kubeconfig FILE NAMESPACE LAKE ACTION\n\n")
		flags.PrintDefaults()
	}
	_ = flags.Parse(arguments)
	if *kubeconfig == "" || *dir == "" || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
	ctx, end := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer end()
	if *untilStdinCloses {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			end()
		}()
	}

	if err := environment(*dir, *kubeconfig); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	if err := install(ctx, config); err != nil {
		return err
	}
	redis, err := startRedis()
	if err != nil {
		return err
	}
	repositories, err := serveRepositories(redis)
	if err != nil {
		return err
	}
	running, err := control(ctx, config, redis, repositories, *resync)
	if err != nil {
		return err
	}
	select {
	case <-running:
	case <-ctx.Done():
		return nil
	case <-time.After(readyWithin):
		return errors.New("the application controller did not get ready; its words are in argocd.log")
	}
	fmt.Println("ready")
	<-ctx.Done()
	return nil
}

// environment is what ArgoCD finds around it: folders of ours in place of those of its image, nothing of the home of
// whoever runs this, and a file for all that it logs.
func environment(dir, kubeconfig string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if kubeconfig, err = filepath.Abs(kubeconfig); err != nil {
		return err
	}
	folders := map[string]string{
		"TMPDIR":                    "tmp",
		"HOME":                      "home",
		"XDG_CONFIG_HOME":           "home",
		"ARGOCD_TLS_DATA_PATH":      "tls",
		"ARGOCD_SSH_DATA_PATH":      "ssh",
		"ARGOCD_GNUPGHOME":          "gpg",
		"ARGOCD_PLUGINSOCKFILEPATH": "plugins",
	}
	for variable, folder := range folders {
		folder = filepath.Join(dir, folder)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		if err := os.Setenv(variable, folder); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ssh", "ssh_known_hosts"), nil, 0o600); err != nil {
		return err
	}
	for variable, value := range map[string]string{
		"ARGOCD_GPG_ENABLED": "false",
		// Applications say https://kubernetes.default.svc; it is the cluster of the kubeconfig.
		"ARGOCD_FAKE_IN_CLUSTER": "true",
		"KUBECONFIG":             kubeconfig,
		// By default two seconds pass between waves, for controllers that are late to say that they are not done. Lakes
		// say it by observedGeneration; a test that needs the pause would show that they do not.
		"ARGOCD_SYNC_WAVE_DELAY": "0",
	} {
		if err := os.Setenv(variable, value); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(filepath.Join(dir, "argocd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	// By its number: ArgoCD's packages have made loggers that hold on to it already.
	if err := unix.Dup2(int(file.Fd()), unix.Stderr); err != nil {
		return fmt.Errorf("the log: %w", err)
	}
	klog.SetLogger(log.NewLogrusLogger(logrus.StandardLogger()))
	return nil
}
