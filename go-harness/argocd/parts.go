package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
	commitclient "github.com/argoproj/argo-cd/v3/commitserver/apiclient"
	"github.com/argoproj/argo-cd/v3/controller"
	"github.com/argoproj/argo-cd/v3/controller/sharding"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	appclientset "github.com/argoproj/argo-cd/v3/pkg/client/clientset/versioned"
	"github.com/argoproj/argo-cd/v3/pkg/ratelimiter"
	"github.com/argoproj/argo-cd/v3/reposerver"
	repoclient "github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	reposcache "github.com/argoproj/argo-cd/v3/reposerver/cache"
	"github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	"github.com/argoproj/argo-cd/v3/util/askpass"
	"github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/cache/appstate"
	kubeutil "github.com/argoproj/argo-cd/v3/util/kube"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"github.com/redis/go-redis/v9"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// What ArgoCD's own commands take as defaults, where a test does not want otherwise.
const (
	statusProcessors    = 20
	operationProcessors = 10
	kubectlAtOnce       = 20
	cacheFor            = 24 * time.Hour
)

// startRedis is a redis in this process, as ArgoCD's own tests have it.
func startRedis() (*redis.Client, error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	return redis.NewClient(&redis.Options{Addr: server.Addr()}), nil
}

func cacheIn(client *redis.Client) *cache.Cache {
	return cache.NewCache(cache.NewRedisCache(client, cacheFor, cache.RedisCompressionGZip))
}

// serveRepositories is argocd-repo-server; it returns its address.
func serveRepositories(redis *redis.Client) (string, error) {
	// What a branch points to is believed for a second, the shortest that redis can say; by default for three minutes.
	repositories := reposcache.NewCache(cacheIn(redis), cacheFor, time.Second, 10*time.Second)
	bound := resource.MustParse("1G")
	server, err := reposerver.NewServer(metrics.NewMetricsServer(), repositories, nil, repository.RepoServerInitConstants{
		PauseGenerationAfterFailedGenerationAttempts: 3,
		PauseGenerationOnFailureForMinutes:           60,
		MaxCombinedDirectoryManifestsSize:            resource.MustParse("10M"),
		StreamedManifestMaxTarSize:                   bound.Value(),
		StreamedManifestMaxExtractedSize:             bound.Value(),
		HelmManifestMaxExtractedSize:                 bound.Value(),
		HelmRegistryMaxIndexSize:                     bound.Value(),
		OCIManifestMaxExtractedSize:                  bound.Value(),
		EnableBuiltinGitConfig:                       true,
	}, askpass.NewServer(askpass.SocketPath)) // not run: the repositories of tests ask for no password
	if err != nil {
		return "", fmt.Errorf("repo-server: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = server.CreateGRPC().Serve(listener) }()
	return listener.Addr().String(), nil
}

// control is argocd-application-controller; it closes the channel when it has begun to work.
func control(ctx context.Context, config *rest.Config, redis *redis.Client, repositories string, resync time.Duration) (<-chan struct{}, error) {
	config = rest.CopyConfig(config)
	if err := v1alpha1.SetK8SConfigDefaults(config); err != nil {
		return nil, err
	}
	config.UserAgent = "argocd-application-controller"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	applications, err := appclientset.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	state := cacheIn(redis)
	state.SetClient(cache.NewTwoLevelClient(state.GetClient(), 10*time.Minute))

	var it *controller.ApplicationController
	settings := settings.NewSettingsManager(ctx, client, namespace, settings.WithRepoOrClusterChangedHandler(func() {
		it.InvalidateProjectsCache()
	}))
	shards, err := sharding.GetClusterSharding(client, settings, "legacy", false)
	if err != nil {
		return nil, err
	}
	it, err = controller.NewApplicationController(
		namespace,
		settings,
		client,
		applications,
		repoclient.NewRepoServerClientset(repositories, 60, repoclient.TLSConfiguration{DisableTLS: true}),
		commitclient.NewCommitServerClientset(""),
		appstate.NewCache(state, time.Hour),
		kubeutil.NewKubectl(),
		resync,
		0, // hard resync
		0, // jitter
		0, // self-heal timeout
		&wait.Backoff{Duration: 2 * time.Second, Factor: 3, Cap: 300 * time.Second},
		330*time.Second, // self-heal backoff cooldown
		0,               // sync timeout
		180*time.Second, // grace period of repository errors
		0,               // metrics port
		0,               // metrics cache expiration
		nil,             // metrics of labels of applications,
		nil,             // of conditions,
		nil,             // of clusters
		kubectlAtOnce,
		false, // persist the health of resources in the Application
		shards,
		nil, // namespaces beside argocd's own
		&ratelimiter.AppControllerRateLimiterConfig{
			BucketSize: 500, BucketQPS: math.MaxFloat64,
			BaseDelay: time.Millisecond, MaxDelay: time.Second, BackoffFactor: 1.5,
		},
		false, // server-side diff, unless the Application asks for it
		false, // clusters distributed dynamically
		normalizers.IgnoreNormalizerOpts{},
		argo.DefaultEnableEventList(),
		false, // hydrator
	)
	if err != nil {
		return nil, fmt.Errorf("application-controller: %w", err)
	}
	// Its metrics are served on all addresses of the machine, unless told otherwise; they begin with the work.
	running := make(chan struct{})
	served := it.GetMetricsServer()
	served.Addr = "127.0.0.1:0"
	served.BaseContext = func(net.Listener) context.Context {
		close(running)
		return ctx
	}
	go it.Run(ctx, statusProcessors, operationProcessors)
	return running, nil
}
