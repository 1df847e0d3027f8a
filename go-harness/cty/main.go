// Command cty prints the official vectors of Terraform's values: what go-cty, the library that Terraform itself
// encodes with, writes for a list of values, as MessagePack and as JSON.
//
//	go run . > ../../tfplug/tests/vectors/cty.json
//
// Each row is an object of one line: name, type (cty's JSON notation), msgpack (hex) and, where the value is wholly
// known, json. What a row says was read back by go-cty and found the same.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

type row struct {
	Name    string          `json:"name"`
	Type    json.RawMessage `json:"type"`
	Msgpack string          `json:"msgpack"`
	JSON    json.RawMessage `json:"json,omitempty"`
}

func main() {
	all := append(append(primitives(), unknowns()...), append(collections(), dynamics()...)...)
	lines := make([]string, 0, len(all))
	for _, it := range all {
		row, err := vector(it)
		if err != nil {
			panic(fmt.Sprint(it.name, ": ", err))
		}
		line, err := json.Marshal(row)
		if err != nil {
			panic(fmt.Sprint(it.name, ": ", err))
		}
		lines = append(lines, string(line))
	}
	fmt.Fprintf(os.Stdout, "[\n%s\n]\n", strings.Join(lines, ",\n"))
}

// vector encodes a value in both forms and makes sure that go-cty reads it back as the same.
func vector(it named) (row, error) {
	bytes, err := msgpack.Marshal(it.value, it.of)
	if err != nil {
		return row{}, err
	}
	if back, err := msgpack.Unmarshal(bytes, it.of); err != nil || !back.RawEquals(it.value) {
		return row{}, fmt.Errorf("not read back: %w", err)
	}
	of, err := ctyjson.MarshalType(it.of)
	if err != nil {
		return row{}, err
	}
	out := row{Name: it.name, Type: of, Msgpack: hex.EncodeToString(bytes)}
	if it.value.IsWhollyKnown() {
		if out.JSON, err = ctyjson.Marshal(it.value, it.of); err != nil {
			return row{}, err
		}
		if back, err := ctyjson.Unmarshal(out.JSON, it.of); err != nil || !back.RawEquals(it.value) {
			return row{}, fmt.Errorf("not read back from JSON: %w", err)
		}
	}
	return out, nil
}

type named struct {
	name  string
	of    cty.Type
	value cty.Value
}

func primitives() []named {
	all := []named{
		{"null bool", cty.Bool, cty.NullVal(cty.Bool)},
		{"null string", cty.String, cty.NullVal(cty.String)},
		{"true", cty.Bool, cty.True},
		{"false", cty.Bool, cty.False},
		{"empty string", cty.String, cty.StringVal("")},
		{"string beyond ASCII", cty.String, cty.StringVal("é 𝄞 \u0000")},
		{"string that looks like a number", cty.String, cty.StringVal("12")},
		{"string of 31 bytes", cty.String, cty.StringVal(strings.Repeat("a", 31))},
		{"string of 32 bytes", cty.String, cty.StringVal(strings.Repeat("a", 32))},
		{"string of 256 bytes", cty.String, cty.StringVal(strings.Repeat("a", 256))},
	}
	numbers := []string{
		"0", "1", "-1", "127", "128", "255", "256", "-32", "-33", "-128", "-129", "32767", "-32768", "65535", "65536",
		"2147483647", "-2147483648", "4294967295", "4294967296", "9007199254740991", "9007199254740992",
		"9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
		"-9223372036854775809", "18446744073709551615", "18446744073709551616", "0.5", "-1.5", "0.1", "3.14159", "1e30",
		"1e-30", "1e300", "1e400", "123456789012345678901234567890", "123456789012345678901234567890.5",
		"-0.000000000000000000000000000000000000001", "1.0000000000000000000000000000000000001",
	}
	for _, text := range numbers {
		all = append(all, named{"number " + text, cty.Number, cty.MustParseNumberVal(text)})
	}
	return all
}

func unknowns() []named {
	text, list := cty.UnknownVal(cty.String), cty.UnknownVal(cty.List(cty.String))
	number := cty.UnknownVal(cty.Number)
	return []named{
		{"unknown bool", cty.Bool, cty.UnknownVal(cty.Bool)},
		{"unknown string", cty.String, text},
		{"unknown string, not null", cty.String, text.RefineNotNull()},
		{"unknown string with a prefix", cty.String, text.Refine().StringPrefixFull("arn:aws:s3:::").NewValue()},
		{"unknown string, not null, with a prefix", cty.String, text.Refine().NotNull().StringPrefixFull("arn:aws:s3:::").NewValue()},
		{"unknown number above", cty.Number, number.Refine().NumberRangeLowerBound(cty.NumberIntVal(1), true).NewValue()},
		{"unknown number between", cty.Number, number.Refine().NotNull().NumberRangeLowerBound(cty.NumberIntVal(-4), true).NumberRangeUpperBound(cty.NumberFloatVal(9.5), false).NewValue()},
		{"unknown number below a big one", cty.Number, number.Refine().NumberRangeUpperBound(cty.MustParseNumberVal("123456789012345678901234567890"), true).NewValue()},
		{"unknown list", cty.List(cty.String), list},
		{"unknown list of one to four", cty.List(cty.String), list.Refine().NotNull().CollectionLengthLowerBound(1).CollectionLengthUpperBound(4).NewValue()},
		{"unknown object", cty.EmptyObject, cty.UnknownVal(cty.EmptyObject)},
	}
}

func collections() []named {
	member := cty.Object(map[string]cty.Type{"name": cty.String, "count": cty.Number, "tags": cty.Map(cty.String)})
	store := cty.ObjectVal(map[string]cty.Value{
		"name":  cty.StringVal("store"),
		"count": cty.UnknownVal(cty.Number),
		"tags":  cty.MapVal(map[string]cty.Value{"b": cty.StringVal("2"), "a": cty.NullVal(cty.String)}),
	})
	raw := cty.ObjectVal(map[string]cty.Value{
		"name": cty.StringVal("raw"), "count": cty.NumberIntVal(3), "tags": cty.NullVal(cty.Map(cty.String)),
	})
	return []named{
		{"empty list", cty.List(cty.String), cty.ListValEmpty(cty.String)},
		{"empty set", cty.Set(cty.String), cty.SetValEmpty(cty.String)},
		{"empty map", cty.Map(cty.String), cty.MapValEmpty(cty.String)},
		{"empty object", cty.EmptyObject, cty.EmptyObjectVal},
		{"empty tuple", cty.EmptyTuple, cty.EmptyTupleVal},
		{"list", cty.List(cty.String), cty.ListVal([]cty.Value{cty.StringVal("a"), cty.NullVal(cty.String), cty.UnknownVal(cty.String)})},
		{"list of 16", cty.List(cty.Number), cty.ListVal(count(16))},
		{"set of strings", cty.Set(cty.String), cty.SetVal([]cty.Value{cty.StringVal("b"), cty.StringVal("a"), cty.StringVal("c")})},
		{"set of numbers", cty.Set(cty.Number), cty.SetVal(count(20))},
		{"map of lists", cty.Map(cty.List(cty.Bool)), cty.MapVal(map[string]cty.Value{"é": cty.ListVal([]cty.Value{cty.True}), "": cty.ListValEmpty(cty.Bool)})},
		{"tuple", cty.Tuple([]cty.Type{cty.String, cty.Bool}), cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.True})},
		{"null object", member, cty.NullVal(member)},
		{"object", member, raw},
		{"object with an unknown", member, store},
		{"map of objects", cty.Map(member), cty.MapVal(map[string]cty.Value{"store": store, "raw": raw})},
		{"set of objects", cty.Set(member), cty.SetVal([]cty.Value{raw, cty.NullVal(member)})},
	}
}

func dynamics() []named {
	any := cty.DynamicPseudoType
	open := cty.Object(map[string]cty.Type{"value": any, "name": cty.String})
	return []named{
		{"dynamic string", any, cty.StringVal("x")},
		{"dynamic null of no type", any, cty.NullVal(any)},
		{"dynamic null string", any, cty.NullVal(cty.String)},
		{"dynamic unknown of no type", any, cty.DynamicVal},
		{"dynamic unknown string", any, cty.UnknownVal(cty.String)},
		{"dynamic tuple", any, cty.TupleVal([]cty.Value{cty.Zero, cty.StringVal("q")})},
		{"dynamic attribute", open, cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal("n"), "value": cty.ListVal([]cty.Value{cty.True})})},
	}
}

func count(to int64) []cty.Value {
	all := make([]cty.Value, 0, to)
	for number := range to {
		all = append(all, cty.NumberIntVal(number))
	}
	return all
}
