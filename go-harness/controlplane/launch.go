package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd/api"
)

// readyWithin bounds every wait for a part. It is generous: machines that run tests are busy.
const readyWithin = 2 * time.Minute

// files are the values of a flag that may be given several times.
type files []string

func (f *files) String() string         { return fmt.Sprint(*f) }
func (f *files) Set(value string) error { *f = append(*f, value); return nil }

// launch starts a control plane, says `ready <kubeconfig>`, does what it is told on standard input, and ends all.
func launch(arguments []string) error {
	flags := flag.NewFlagSet("controlplane", flag.ExitOnError)
	dir := flags.String("dir", "", "an empty `folder` for keys, kubeconfigs, data and logs (made if it is not there)")
	audit := flags.Bool("audit", false, "write a line for every request to <dir>/audit.log")
	discard := flags.Bool("discard", false, "remove the folder at the end")
	untilStdinCloses := flags.Bool("until-stdin-closes", false, "end when standard input does")
	var kinds files
	flags.Var(&kinds, "crd", "a `file` of definitions to be there before the controllers start; may be repeated.\n"+
		"The garbage collector knows such kinds at once, later ones within half a minute")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "usage: controlplane --dir FOLDER [--audit] [--crd FILE]… [--discard] [--until-stdin-closes]\n"+
			"       controlplane kubectl …\n\nOn standard input, a line each: "+words()+"\n\n")
		flags.PrintDefaults()
	}
	_ = flags.Parse(arguments)
	if *dir == "" || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
	folder, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)

	plane, err := prepare(folder, *audit)
	if err != nil {
		return err
	}
	defer plane.end(*discard)
	if err := plane.up(kinds); err != nil {
		return err
	}
	fmt.Println("ready", kubeconfig(folder, "admin"))

	commands := make(chan string)
	go read(commands)
	for {
		select {
		case <-signals:
			return nil
		case command, more := <-commands:
			switch {
			case more && command == "":
			case more:
				plane.obey(command)
			case *untilStdinCloses:
				return nil
			default:
				commands = nil
			}
		case <-plane.apiserver.gone():
			return plane.apiserver.failure("ended by itself")
		case <-plane.controllers.gone():
			return plane.controllers.failure("ended by itself")
		}
	}
}

// read passes lines of standard input on.
func read(commands chan<- string) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		commands <- lines.Text()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	close(commands)
}

// plane is one control plane.
type plane struct {
	dir         string
	audit       bool
	keys        *keys
	port        *port // the API server's, for all its lives
	etcdAt      *port
	store       *store
	ask         *asker
	apiserver   *process
	controllers *process
}

// prepare writes keys, tokens and kubeconfigs, and starts etcd.
func prepare(dir string, audit bool) (*plane, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%s is not empty: a control plane starts from nothing", dir))
	}
	p := &plane{dir: dir, audit: audit}
	if err := linkKubectl(dir); err != nil {
		return nil, err
	}
	var ports [3]*port
	for i := range ports {
		var err error
		if ports[i], err = reserve(); err != nil {
			return nil, err
		}
	}
	p.port, p.etcdAt = ports[0], ports[1]
	var err error
	if p.keys, err = makeKeys(dir); err != nil {
		return nil, err
	}
	users := newUsers()
	if err := writeTokens(filepath.Join(dir, "tokens.csv"), users); err != nil {
		return nil, err
	}
	for _, u := range users {
		if err := writeKubeconfig(dir, u.file, p.server(), p.keys, &api.AuthInfo{Token: u.token}); err != nil {
			return nil, err
		}
	}
	controllers := &api.AuthInfo{ClientCertificate: p.keys.file("controllers.crt"), ClientKey: p.keys.file("controllers.key")}
	if err := writeKubeconfig(dir, "controllers", p.server(), p.keys, controllers); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "audit.yaml"), []byte(auditPolicy), 0o600); err != nil {
		return nil, err
	}
	if p.ask, err = newAsker(p.server(), p.keys.file("ca.crt"), users[0].token); err != nil {
		return nil, err
	}
	p.store, err = startEtcd(dir, ports[1], ports[2])
	return p, err
}

// linkKubectl makes dir/bin/kubectl: this binary is kubectl under that name.
func linkKubectl(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		return err
	}
	return os.Symlink(self, kubectlIn(dir))
}

func kubectlIn(dir string) string { return filepath.Join(dir, "bin", "kubectl") }

// server is the URL of the API server.
func (p *plane) server() string { return "https://" + p.port.address() }

// up starts the API server, defines kinds, and then starts the controllers: before the API server has made its own
// roles, the controllers would be refused and give up.
func (p *plane) up(kinds []string) error {
	if err := p.startAPIServer(); err != nil {
		return err
	}
	for _, file := range kinds {
		if err := p.define(file); err != nil {
			return err
		}
	}
	return p.startControllers()
}

func (p *plane) startAPIServer() (err error) {
	if p.apiserver, err = start(p.dir, "apiserver", p.apiserverFlags()); err != nil {
		return err
	}
	return p.ask.until("/readyz", p.apiserver)
}

func (p *plane) startControllers() (err error) {
	if p.controllers, err = start(p.dir, "controllers", p.controllersFlags()); err != nil {
		return err
	}
	return p.ask.until("/api/v1/namespaces/default/serviceaccounts/default", p.controllers)
}

// define puts definitions of kinds onto the control plane and waits until they are served.
func (p *plane) define(file string) error {
	if err := p.kubectl("apply", "--server-side", "--filename", file); err != nil {
		return err
	}
	deadline := time.Now().Add(readyWithin)
	for {
		err := p.kubectl("wait", "--for=condition=Established", "--timeout=60s", "--filename", file)
		// kubectl fails at once on a definition so new that its list of conditions is null.
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// kubectl runs kubectl as the administrator.
func (p *plane) kubectl(arguments ...string) error {
	kubectl := exec.Command(kubectlIn(p.dir), arguments...)
	kubectl.Env = append(os.Environ(), "KUBERC=off", "KUBECONFIG="+kubeconfig(p.dir, "admin"), "KUBECACHEDIR="+filepath.Join(p.dir, "kubectl"))
	if said, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w\n%s", strings.Join(arguments, " "), err, said)
	}
	return nil
}

// end kills all parts: the data is thrown away, and an API server that is asked politely lingers once etcd is gone.
func (p *plane) end(discard bool) {
	for _, part := range []*process{p.controllers, p.apiserver} {
		if part != nil {
			part.stop(os.Kill)
		}
	}
	if discard {
		p.store.etcd.Close()
		_ = os.RemoveAll(p.dir)
	}
}
