package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// user is one whom the API server knows by a token.
type user struct {
	file   string // the kubeconfig is dir/<file>.kubeconfig
	name   string
	groups []string
	token  string
}

// newUsers are those of every control plane. Only the administrator may do anything before roles are bound: what the
// operator may do is what its chart binds to its service account.
func newUsers() []user {
	users := []user{
		{file: "admin", name: "admin", groups: []string{"system:masters"}},
		{
			file:   "operator",
			name:   "system:serviceaccount:lake-system:lake-operator",
			groups: []string{"system:serviceaccounts", "system:serviceaccounts:lake-system"},
		},
		{file: "tenant-a", name: "tenant-a", groups: []string{"tenants"}},
		{file: "tenant-b", name: "tenant-b", groups: []string{"tenants"}},
	}
	for i := range users {
		users[i].token = rand.Text()
	}
	return users
}

// writeTokens writes what --token-auth-file reads: token, name, uid, groups.
func writeTokens(file string, users []user) error {
	var lines strings.Builder
	for i, u := range users {
		fmt.Fprintf(&lines, "%s,%s,%d,%q\n", u.token, u.name, i, strings.Join(u.groups, ","))
	}
	return os.WriteFile(file, []byte(lines.String()), 0o600)
}

// kubeconfig is where the kubeconfig of this name stands.
func kubeconfig(dir, name string) string { return filepath.Join(dir, name+".kubeconfig") }

// writeKubeconfig writes a kubeconfig that needs no other file.
func writeKubeconfig(dir, name, server string, keys *keys, as *api.AuthInfo) error {
	authority, err := os.ReadFile(keys.file("ca.crt"))
	if err != nil {
		return err
	}
	config := api.NewConfig()
	config.Clusters["controlplane"] = &api.Cluster{Server: server, CertificateAuthorityData: authority}
	config.AuthInfos[name] = as
	config.Contexts["controlplane"] = &api.Context{Cluster: "controlplane", AuthInfo: name}
	config.CurrentContext = "controlplane"
	return clientcmd.WriteToFile(*config, kubeconfig(dir, name))
}
