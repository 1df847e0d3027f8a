package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// healthTests is upstream's health_test.yaml.
type healthTests struct {
	Tests []struct {
		InputPath    string
		HealthStatus health.HealthStatus
	}
}

// actionTests is upstream's actions/action_test.yaml, as far as we use it.
type actionTests struct {
	DiscoveryTests []struct {
		InputPath string
		Result    []v1alpha1.ResourceAction
	}
	ActionTests []struct {
		Action               string
		InputPath            string
		ExpectedOutputPath   string
		ExpectedErrorMessage string
	}
}

// checker runs the tests of customizations in ArgoCD's own Lua, and prints a line for each.
type checker struct {
	ran    int
	failed int
}

// check does what upstream's tests of resource_customizations do with a folder of ours, and is stricter: every script
// runs as one of argocd-cm, health with and without Lua's libraries; a discovery test names all actions; each action
// has a test.
func check(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: argocd customizations FOLDER")
	}
	all, err := read(arguments[0])
	if err != nil {
		return err
	}
	var checker checker
	for _, one := range all {
		if err := checker.health(one); err != nil {
			return err
		}
		if one.actions.ActionDiscoveryLua == "" {
			continue
		}
		if err := checker.actions(one); err != nil {
			return err
		}
	}
	if checker.failed > 0 {
		return fmt.Errorf("%d of %d tests failed", checker.failed, checker.ran)
	}
	fmt.Printf("%d tests passed\n", checker.ran)
	return nil
}

// tell prints how one test went.
func (c *checker) tell(name string, err error) {
	c.ran++
	if err == nil {
		fmt.Println("ok    ", name)
		return
	}
	c.failed++
	fmt.Println("FAILED", name+":", err)
}

func (c *checker) health(of customization) error {
	var tests healthTests
	if err := load(filepath.Join(of.dir, "health_test.yaml"), &tests); err != nil {
		return err
	}
	for _, test := range tests.Tests {
		for _, libraries := range []bool{false, true} {
			name := fmt.Sprintf("%s/%s health %s", of.group, of.kind, test.InputPath)
			if libraries {
				name += " (with Lua's libraries)"
			}
			c.tell(name, func() error {
				object, err := object(filepath.Join(of.dir, test.InputPath))
				if err != nil {
					return err
				}
				machine, err := of.machine(libraries)
				if err != nil {
					return err
				}
				script, _, err := machine.GetHealthScript(object)
				if err != nil {
					return err
				}
				told, err := machine.ExecuteHealthLua(object, script)
				if err != nil {
					return err
				}
				return same(test.HealthStatus, *told)
			}())
		}
	}
	return nil
}

func (c *checker) actions(of customization) error {
	dir := filepath.Join(of.dir, "actions")
	var tests actionTests
	if err := load(filepath.Join(dir, "action_test.yaml"), &tests); err != nil {
		return err
	}
	machine, err := of.machine(false)
	if err != nil {
		return err
	}
	for _, test := range tests.DiscoveryTests {
		c.tell(fmt.Sprintf("%s/%s actions of %s", of.group, of.kind, test.InputPath), func() error {
			object, err := object(filepath.Join(dir, test.InputPath))
			if err != nil {
				return err
			}
			scripts, err := machine.GetResourceActionDiscovery(object)
			if err != nil {
				return err
			}
			told, err := machine.ExecuteResourceActionDiscovery(object, scripts)
			if err != nil {
				return err
			}
			return same(byName(test.Result), byName(told))
		}())
	}
	tested := map[string]bool{}
	for _, test := range tests.ActionTests {
		tested[test.Action] = true
		c.tell(fmt.Sprintf("%s/%s action %s %s", of.group, of.kind, test.Action, test.InputPath), func() error {
			object, err := object(filepath.Join(dir, test.InputPath))
			if err != nil {
				return err
			}
			action, err := machine.GetResourceAction(object, test.Action)
			if err != nil {
				return err
			}
			results, err := machine.ExecuteResourceAction(object, action.ActionLua, nil)
			if test.ExpectedErrorMessage != "" {
				return same(test.ExpectedErrorMessage, fmt.Sprint(err))
			}
			if err != nil {
				return err
			}
			return sameResult(filepath.Join(dir, test.ExpectedOutputPath), results)
		}())
	}
	for _, action := range of.actions.Definitions {
		if !tested[action.Name] {
			c.tell(fmt.Sprintf("%s/%s action %s", of.group, of.kind, action.Name), errors.New("it has no test"))
		}
	}
	return nil
}

// sameResult says whether an action did to its object what the file shows, and nothing to others.
func sameResult(file string, results []lua.ImpactedResource) error {
	if err := changesItsOwn(results); err != nil {
		return err
	}
	wanted, err := object(file)
	if err != nil {
		return err
	}
	wanted, told := timeless(wanted), timeless(results[0].UnstructuredObj)
	return same(wanted.Object, told.Object)
}

// timeless puts one moment for all annotations that tell one: an action writes that of its own run.
func timeless(object *unstructured.Unstructured) *unstructured.Unstructured {
	annotations := object.GetAnnotations()
	for name, value := range annotations {
		if _, err := time.Parse(time.RFC3339, value); err == nil {
			annotations[name] = "0001-01-01T00:00:00Z"
		}
	}
	if annotations != nil {
		object.SetAnnotations(annotations)
	}
	return object
}

func byName(actions []v1alpha1.ResourceAction) []v1alpha1.ResourceAction {
	return slices.SortedFunc(slices.Values(actions), func(a, b v1alpha1.ResourceAction) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// same compares as YAML: Lua knows one sort of number, YAML several.
func same(wanted, told any) error {
	w, err := yaml.Marshal(wanted)
	if err != nil {
		return err
	}
	t, err := yaml.Marshal(told)
	if err != nil {
		return err
	}
	if reflect.DeepEqual(w, t) {
		return nil
	}
	return fmt.Errorf("\n--- wanted\n%s--- told\n%s", w, t)
}

func object(file string) (*unstructured.Unstructured, error) {
	var object unstructured.Unstructured
	return &object, load(file, &object.Object)
}

func load(file string, into any) error {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(bytes, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
