package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	appclientset "github.com/argoproj/argo-cd/v3/pkg/client/clientset/versioned"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

var (
	definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	namespaces  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	secrets     = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	projects    = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "appprojects"}
)

// install puts onto the cluster what ArgoCD expects there: its definitions, its settings, beside what is in them already,
// and a project that allows everything.
func install(ctx context.Context, config *rest.Config) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := define(ctx, client, config); err != nil {
		return err
	}
	if err := apply(ctx, client.Resource(namespaces), named("v1", "Namespace", namespace, nil)); err != nil {
		return err
	}
	everything := []any{map[string]any{"group": "*", "kind": "*"}}
	for _, it := range []struct {
		of     schema.GroupVersionResource
		object *unstructured.Unstructured
	}{
		{configMaps, named("v1", "ConfigMap", "argocd-cm", nil)},
		{configMaps, named("v1", "ConfigMap", "argocd-rbac-cm", nil)},
		// Signs sessions of a server that does not run; the controller wants it to be there.
		{secrets, named("v1", "Secret", "argocd-secret", map[string]any{"stringData": map[string]any{"server.secretkey": "of-a-test"}})},
		{projects, named("argoproj.io/v1alpha1", "AppProject", "default", map[string]any{"spec": map[string]any{
			"sourceRepos":              []any{"*"},
			"destinations":             []any{map[string]any{"namespace": "*", "server": "*"}},
			"clusterResourceWhitelist": everything,
		}})},
	} {
		if err := apply(ctx, client.Resource(it.of).Namespace(namespace), it.object); err != nil {
			return err
		}
	}
	return nil
}

// define applies ArgoCD's own definitions, which tools/go-part puts beside this binary, and waits until they are served.
func define(ctx context.Context, client dynamic.Interface, config *rest.Config) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(self), "crds", "*-crd.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		definition, err := object(file)
		if err != nil {
			return err
		}
		if err := apply(ctx, client.Resource(definitions), definition); err != nil {
			return err
		}
	}
	applications, err := appclientset.NewForConfig(config)
	if err != nil {
		return err
	}
	served := func(ctx context.Context) (bool, error) {
		list := metav1.ListOptions{Limit: 1}
		if _, err := applications.ArgoprojV1alpha1().Applications(namespace).List(ctx, list); err != nil {
			return false, nil
		}
		_, err := applications.ArgoprojV1alpha1().AppProjects(namespace).List(ctx, list)
		return err == nil, nil
	}
	if err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, readyWithin, true, served); err != nil {
		return fmt.Errorf("ArgoCD's kinds are not served (%d definitions beside %s): %w", len(files), self, err)
	}
	return nil
}

// named is an object with the labels by which ArgoCD finds its own.
func named(version, kind, name string, content map[string]any) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	for key, value := range content {
		object.Object[key] = value
	}
	object.SetAPIVersion(version)
	object.SetKind(kind)
	object.SetName(name)
	object.SetLabels(map[string]string{"app.kubernetes.io/part-of": "argocd", "app.kubernetes.io/name": name})
	return object
}

func apply(ctx context.Context, to dynamic.ResourceInterface, object *unstructured.Unstructured) error {
	_, err := to.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "go-harness", Force: true})
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), err)
	}
	return nil
}
