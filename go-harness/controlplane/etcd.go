package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"
)

// store is etcd, in the launcher's own process: it lives as long as the control plane, whatever restarts around it.
type store struct{ etcd *embed.Etcd }

// startEtcd keeps its data in dir/etcd. Nothing is synced to the disk: the data is thrown away with the control plane.
func startEtcd(dir string, client, peer *port) (*store, error) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(dir, "etcd")
	config.LogLevel = "warn"
	config.LogOutputs = []string{filepath.Join(dir, "etcd.log")}
	config.UnsafeNoFsync = true
	config.SocketOpts.ReusePort = true // the launcher holds these ports, see ports.go
	at := func(p *port) []url.URL { return []url.URL{{Scheme: "http", Host: p.address()}} }
	config.ListenClientUrls, config.AdvertiseClientUrls = at(client), at(client)
	config.ListenPeerUrls, config.AdvertisePeerUrls = at(peer), at(peer)
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return &store{etcd}, nil
	case err := <-etcd.Err():
		return nil, fmt.Errorf("etcd: %w", err)
	case <-time.After(readyWithin):
		return nil, errors.New("etcd did not get ready; its words are in etcd.log")
	}
}

// compact forgets all revisions but the newest: who asks for an older one is told 410 Gone.
func (s *store) compact() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	_, err := s.etcd.Server.Compact(ctx, &etcdserverpb.CompactionRequest{Revision: s.etcd.Server.KV().Rev(), Physical: true})
	return err
}
