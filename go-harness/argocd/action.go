package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/argo-cd/v3/util/settings"
	jsonpatch "github.com/evanphx/json-patch"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var lakes = schema.GroupVersionResource{Group: "lake.dev", Version: "v1alpha1", Resource: "lakes"}

// act runs an action on a lake as ArgoCD's server does when somebody picks it from the menu: the Lua of argocd-cm on the
// live object, and the difference as a merge patch, which it prints.
func act(arguments []string) error {
	flags := flag.NewFlagSet("argocd action", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "the `file` with which it finds the cluster")
	_ = flags.Parse(arguments)
	if flags.NArg() != 3 {
		fmt.Fprintln(os.Stderr, "usage: argocd action --kubeconfig FILE NAMESPACE LAKE ACTION")
		os.Exit(2)
	}
	ctx := context.Background()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	here := client.Resource(lakes).Namespace(flags.Arg(0))
	lake, err := here.Get(ctx, flags.Arg(1), metav1.GetOptions{})
	if err != nil {
		return err
	}
	patch, err := patchOf(ctx, config, lake, flags.Arg(2))
	if err != nil {
		return err
	}
	if _, err := here.Patch(ctx, lake.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	fmt.Println(string(patch))
	return nil
}

// patchOf is what an action does to an object, if the menu offers it.
func patchOf(ctx context.Context, config *rest.Config, object *unstructured.Unstructured, name string) ([]byte, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	overrides, err := settings.NewSettingsManager(ctx, client, namespace).GetResourceOverrides()
	if err != nil {
		return nil, err
	}
	machine := lua.VM{ResourceOverrides: overrides}
	scripts, err := machine.GetResourceActionDiscovery(object)
	if err != nil {
		return nil, err
	}
	offered, err := machine.ExecuteResourceActionDiscovery(object, scripts)
	if err != nil {
		return nil, err
	}
	for _, offer := range offered {
		if offer.Name == name && offer.Disabled {
			return nil, fmt.Errorf("%s is not offered for %s/%s as it is now", name, object.GetNamespace(), object.GetName())
		}
	}
	action, err := machine.GetResourceAction(object, name)
	if err != nil {
		return nil, err
	}
	before, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	results, err := machine.ExecuteResourceAction(object, action.ActionLua, nil)
	if err != nil {
		return nil, err
	}
	if err := changesItsOwn(results); err != nil {
		return nil, err
	}
	after, err := json.Marshal(results[0].UnstructuredObj)
	if err != nil {
		return nil, err
	}
	return jsonpatch.CreateMergePatch(before, after)
}

// changesItsOwn refuses actions that do more than change the object they are run on.
func changesItsOwn(results []lua.ImpactedResource) error {
	if len(results) != 1 || results[0].K8SOperation != lua.PatchOperation {
		return fmt.Errorf("the action returned %d objects; it has to change its own, and only that", len(results))
	}
	return nil
}
