// Command crdcheck says what kube-apiserver would say, with its own code and without running one: of a definition when it
// is installed, and of objects when they are applied.
//
//	crdcheck < question.json > answer.json
//
// The question is an object: definition (a CustomResourceDefinition of apiextensions.k8s.io/v1 with one version),
// objects (what is created) and updates (pairs of what was and what is applied). The answer tells all that is wrong with
// the definition and what each of its rules costs at most; of each object what is wrong with it, and the object as it would
// be kept.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type question struct {
	Definition json.RawMessage `json:"definition"`
	Objects    []object        `json:"objects"`
	Updates    [][2]object     `json:"updates"`
}

type object map[string]any

// UnmarshalJSON tells whole numbers from others, as the apiserver does.
func (o *object) UnmarshalJSON(text []byte) error {
	return kubejson.Unmarshal(text, (*map[string]any)(o))
}

type answer struct {
	Definition []string          `json:"definition"`
	Costs      map[string]uint64 `json:"costs"`
	Objects    []verdict         `json:"objects"`
	Updates    []verdict         `json:"updates"`
}

type verdict struct {
	Errors []string `json:"errors"`
	Kept   object   `json:"kept"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "crdcheck:", err)
		os.Exit(1)
	}
}

func run() error {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return fmt.Errorf("the question cannot be read: %w", err)
	}
	definition, err := read(asked.Definition)
	if err != nil {
		return err
	}
	ctx := context.Background()
	told := answer{Definition: texts(validation.ValidateCustomResourceDefinition(ctx, definition))}
	schema := definition.Spec.Versions[0].Schema
	if schema == nil {
		// What all versions share stands beside them.
		schema = definition.Spec.Validation
	}
	if told.Costs, err = costs(schema.OpenAPIV3Schema); err != nil {
		return err
	}
	server, err := newServer(schema.OpenAPIV3Schema)
	if err != nil {
		return err
	}
	for _, made := range asked.Objects {
		told.Objects = append(told.Objects, server.create(ctx, made))
	}
	for _, pair := range asked.Updates {
		told.Updates = append(told.Updates, server.update(ctx, pair[0], pair[1]))
	}
	return json.NewEncoder(os.Stdout).Encode(told)
}

// read reads a definition as the apiserver does: strictly, with its own defaults.
func read(text []byte) (*apiextensions.CustomResourceDefinition, error) {
	external := &v1.CustomResourceDefinition{}
	if err := json.Unmarshal(text, external); err != nil {
		return nil, fmt.Errorf("the definition cannot be read: %w", err)
	}
	v1.SetDefaults_CustomResourceDefinition(external)
	v1.SetDefaults_CustomResourceDefinitionSpec(&external.Spec)
	// The server's strategy fills this in before it validates.
	external.Status.StoredVersions = []string{external.Spec.Versions[0].Name}
	internal := &apiextensions.CustomResourceDefinition{}
	if err := v1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(external, internal, nil); err != nil {
		return nil, fmt.Errorf("the definition cannot be converted: %w", err)
	}
	return internal, nil
}

func texts(errors field.ErrorList) []string {
	all := []string{}
	for _, err := range errors {
		all = append(all, err.Error())
	}
	return all
}
