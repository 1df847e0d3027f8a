package main

import (
	"context"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// server is what the apiserver makes of a schema, in the order in which it uses it.
type server struct {
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
	rules      *cel.Validator
}

func newServer(schema *apiextensions.JSONSchemaProps) (*server, error) {
	structural, err := structuralschema.NewStructural(schema)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(schema)
	if err != nil {
		return nil, err
	}
	return &server{structural, validator, cel.NewValidator(structural, true, celconfig.PerCallLimit)}, nil
}

// take is what happens to an object before it is judged. Unknown fields are errors, as they are for kubectl.
func (s *server) take(given object) (map[string]any, []string) {
	kept := runtime.DeepCopyJSON(given)
	unknown := pruning.PruneWithOptions(kept, s.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	defaulting.PruneNonNullableNullsWithoutDefaults(kept, s.structural)
	defaulting.Default(kept, s.structural)
	errors := []string{}
	for _, path := range unknown {
		errors = append(errors, "unknown field "+path)
	}
	return kept, errors
}

func (s *server) create(ctx context.Context, given object) verdict {
	kept, errors := s.take(given)
	found := validation.ValidateCustomResource(nil, kept, s.validator)
	return verdict{append(errors, texts(s.judge(ctx, kept, nil, found))...), kept}
}

func (s *server) update(ctx context.Context, was, given object) verdict {
	old, _ := s.take(was)
	kept, errors := s.take(given)
	found := validation.ValidateCustomResourceUpdate(nil, kept, old, s.validator)
	return verdict{append(errors, texts(s.judge(ctx, kept, old, found))...), kept}
}

// judge adds what lists and rules say. Rules are asked only where the object fits the schema, as in the apiserver.
func (s *server) judge(ctx context.Context, kept, old map[string]any, found field.ErrorList) field.ErrorList {
	found = append(found, listtype.ValidateListSetsAndMaps(nil, s.structural, kept)...)
	for _, err := range found {
		switch err.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
			return found
		}
	}
	var before any
	if old != nil {
		before = old
	}
	broken, _ := s.rules.Validate(ctx, nil, s.structural, kept, before, celconfig.RuntimeCELCostBudget)
	return append(found, broken...)
}
