package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"sigs.k8s.io/yaml"
)

// customization is what a folder <group>/<Kind> in upstream's layout says of one kind.
type customization struct {
	dir     string
	group   string
	kind    string
	health  string
	actions v1alpha1.ResourceActions
}

// read finds all customizations below a folder.
func read(root string) ([]customization, error) {
	checks, err := filepath.Glob(filepath.Join(root, "*", "*", "health.lua"))
	if err != nil {
		return nil, err
	}
	if len(checks) == 0 {
		return nil, errors.New(root + " holds no <group>/<Kind>/health.lua")
	}
	var all []customization
	for _, check := range checks {
		dir := filepath.Dir(check)
		one := customization{dir: dir, group: filepath.Base(filepath.Dir(dir)), kind: filepath.Base(dir)}
		if one.health, err = text(check); err != nil {
			return nil, err
		}
		if one.actions.ActionDiscoveryLua, err = text(filepath.Join(dir, "actions", "discovery.lua")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		scripts, err := filepath.Glob(filepath.Join(dir, "actions", "*", "action.lua"))
		if err != nil {
			return nil, err
		}
		for _, script := range scripts {
			lines, err := text(script)
			if err != nil {
				return nil, err
			}
			one.actions.Definitions = append(one.actions.Definitions,
				v1alpha1.ResourceActionDefinition{Name: filepath.Base(filepath.Dir(script)), ActionLua: lines})
		}
		all = append(all, one)
	}
	return all, nil
}

func text(file string) (string, error) {
	bytes, err := os.ReadFile(file)
	return string(bytes), err
}

// settings are the entries of argocd-cm with which a user puts this customization in force.
func (c customization) settings() (map[string]string, error) {
	of := c.group + "_" + c.kind
	entries := map[string]string{"resource.customizations.health." + of: c.health}
	if c.actions.ActionDiscoveryLua != "" {
		actions, err := yaml.Marshal(c.actions)
		if err != nil {
			return nil, err
		}
		entries["resource.customizations.actions."+of] = string(actions)
	}
	return entries, nil
}

// machine is ArgoCD's Lua as it runs scripts of argocd-cm, without Lua's libraries; what upstream ships with itself
// runs with them.
func (c customization) machine(libraries bool) (lua.VM, error) {
	settings, err := c.settings()
	if err != nil {
		return lua.VM{}, err
	}
	override := v1alpha1.ResourceOverride{HealthLua: c.health, UseOpenLibs: libraries}
	for name, value := range settings {
		if strings.HasPrefix(name, "resource.customizations.actions.") {
			override.Actions = value
		}
	}
	return lua.VM{
		ResourceOverrides: map[string]v1alpha1.ResourceOverride{c.group + "/" + c.kind: override},
		UseOpenLibs:       libraries,
	}, nil
}
