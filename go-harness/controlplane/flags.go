package main

import (
	"path/filepath"
	"strconv"
	"strings"
)

// auditPolicy has one line per request, and two per watch: as it begins and as it ends.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`

// loops are the controllers that a lake, its operator and its tests need: those without nodes and pods.
var loops = []string{
	"clusterrole-aggregation-controller",
	"garbage-collector-controller",
	"namespace-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
}

func (p *plane) apiserverFlags() []string {
	flags := []string{
		"--etcd-servers=http://" + p.etcdAt.address(),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + strconv.Itoa(p.port.number),
		"--permit-port-sharing", // the launcher holds the port, see ports.go
		"--cert-dir=" + p.keys.dir,
		"--tls-cert-file=" + p.keys.file("apiserver.crt"),
		"--tls-private-key-file=" + p.keys.file("apiserver.key"),
		"--client-ca-file=" + p.keys.file("ca.crt"),
		"--token-auth-file=" + filepath.Join(p.dir, "tokens.csv"),
		"--anonymous-auth=false",
		"--authorization-mode=RBAC",
		// Off by default upstream, on in hardened clusters: without it nobody would notice that the operator lacks
		// the right to `lakes/finalizers`.
		"--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + p.keys.file("service-accounts.crt"),
		"--service-account-signing-key-file=" + p.keys.file("service-accounts.key"),
		"--service-cluster-ip-range=10.0.0.0/24",
		"--endpoint-reconciler-type=none",
		"--profiling=false",
		"--shutdown-delay-duration=0s",
		// Else a polite end waits a minute for watches, which nobody tells to end.
		"--shutdown-watch-termination-grace-period=1s",
	}
	if p.audit {
		flags = append(flags,
			"--audit-policy-file="+filepath.Join(p.dir, "audit.yaml"),
			"--audit-log-path="+filepath.Join(p.dir, "audit.log"),
			"--audit-log-maxsize=10000", // MB: never begin a second file, who counts reads one
		)
	}
	return flags
}

func (p *plane) controllersFlags() []string {
	as := kubeconfig(p.dir, "controllers")
	return []string{
		"--kubeconfig=" + as,
		"--authentication-kubeconfig=" + as,
		"--authorization-kubeconfig=" + as,
		"--controllers=" + strings.Join(loops, ","),
		"--use-service-account-credentials",
		"--service-account-private-key-file=" + p.keys.file("service-accounts.key"),
		"--root-ca-file=" + p.keys.file("ca.crt"),
		"--secure-port=0", // nobody asks them anything
		"--profiling=false",
		"--leader-elect=false",
	}
}
