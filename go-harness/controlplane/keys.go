package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// keys are the certificates of one control plane: an authority that nobody else trusts, what it signed, and the key
// that signs the tokens of service accounts.
type keys struct {
	dir       string
	authority *x509.Certificate
	key       *ecdsa.PrivateKey
}

func makeKeys(dir string) (*keys, error) {
	k := &keys{dir: filepath.Join(dir, "keys")}
	if err := os.Mkdir(k.dir, 0o700); err != nil {
		return nil, err
	}
	k.authority = template("lake-tests")
	k.authority.IsCA, k.authority.BasicConstraintsValid = true, true
	k.authority.KeyUsage = x509.KeyUsageCertSign
	var err error
	if k.key, err = k.write("ca", k.authority); err != nil {
		return nil, err
	}
	server := template("kube-apiserver")
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}
	server.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default.svc"}
	if _, err := k.write("apiserver", server); err != nil {
		return nil, err
	}
	client := template("system:kube-controller-manager")
	client.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if _, err := k.write("controllers", client); err != nil {
		return nil, err
	}
	_, err = k.write("service-accounts", template("service-accounts"))
	return k, err
}

// file is where a key or certificate stands: file("ca.crt").
func (k *keys) file(name string) string { return filepath.Join(k.dir, name) }

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(7 * 24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

// write makes a key and its certificate, signed by the authority, or by itself if it is the authority.
func (k *keys) write(name string, certificate *x509.Certificate) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	signer := k.key
	if signer == nil {
		signer = key
	}
	signed, err := x509.CreateCertificate(rand.Reader, certificate, k.authority, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", name, err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(k.file(name+".crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600); err != nil {
		return nil, err
	}
	return key, os.WriteFile(k.file(name+".key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600)
}
