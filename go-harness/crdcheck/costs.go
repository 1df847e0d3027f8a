package main

import (
	"fmt"
	"math"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// costs tells what each rule of a schema costs at most, by its place: the estimate that the apiserver holds against its
// limits, times how many values of that place the bounds around it allow.
func costs(root *apiextensions.JSONSchemaProps) (map[string]uint64, error) {
	all := map[string]uint64{}
	err := walk(root, validation.RootCELContext(root), "", all)
	return all, err
}

func walk(schema *apiextensions.JSONSchemaProps, ctx *validation.CELSchemaContext, at string, all map[string]uint64) error {
	if len(schema.XValidations) > 0 {
		info, err := ctx.TypeInfo()
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		env := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
		compiled, err := cel.Compile(info.Schema, info.DeclType, celconfig.PerCallLimit, env, cel.NewExpressionsEnvLoader())
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		for place, rule := range compiled {
			times := rule.MaxCardinality
			if ctx.MaxCardinality != nil {
				times = *ctx.MaxCardinality
			}
			all[fmt.Sprintf("%s[%d] %s", at, place, schema.XValidations[place].Rule)] = product(rule.MaxCost, times)
		}
	}
	for name, inner := range schema.Properties {
		if err := walk(&inner, ctx.ChildPropertyContext(&inner, name), at+"/"+name, all); err != nil {
			return err
		}
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		inner := schema.AdditionalProperties.Schema
		if err := walk(inner, ctx.ChildAdditionalPropertiesContext(inner), at+"/*", all); err != nil {
			return err
		}
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		inner := schema.Items.Schema
		if err := walk(inner, ctx.ChildItemsContext(inner), at+"/*", all); err != nil {
			return err
		}
	}
	return nil
}

func product(cost, times uint64) uint64 {
	if cost != 0 && times > math.MaxUint64/cost {
		return math.MaxUint64
	}
	return cost * times
}
