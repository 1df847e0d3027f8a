{{- /* The name of everything in the release's namespace. */ -}}
{{- define "lake-operator.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* The name of what belongs to the whole cluster: releases of several namespaces stand side by side. */ -}}
{{- define "lake-operator.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "lake-operator.fullname" .) -}}
{{- end -}}

{{- /* "true" unless a switch of a section is off. What an older release did not know is not there, with `--reuse-values`, and
       then means its default: include "lake-operator.on" (list .Values.rbac "create") */ -}}
{{- define "lake-operator.on" -}}
{{- if ne (toString (dig (index . 1) true (default dict (index . 0)))) "false" }}true{{ end -}}
{{- end -}}

{{- define "lake-operator.serviceAccount" -}}
{{- $own := ternary (include "lake-operator.fullname" .) "default" (eq (include "lake-operator.on" (list .Values.serviceAccount "create")) "true") -}}
{{- default $own (.Values.serviceAccount).name -}}
{{- end -}}

{{- define "lake-operator.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lake-operator.labels" -}}
{{ include "lake-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: lake
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "lake-operator.image" -}}
{{- $repository := default .Chart.Name (.Values.image).repository -}}
{{- if (.Values.image).digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ default .Chart.AppVersion (.Values.image).tag }}
{{- end -}}
{{- end -}}

{{- /* "true" when a tenants file is given, be it an empty one, which refuses every namespace. */ -}}
{{- define "lake-operator.hasTenants" -}}
{{- if not (kindIs "invalid" .Values.tenants) }}true{{ end -}}
{{- end -}}

{{- define "lake-operator.tenants" -}}
{{- if and .Values.namespaces (include "lake-operator.hasTenants" .) -}}
{{- range $namespace, $_ := (.Values.tenants).namespaces -}}
{{- if not (has $namespace $.Values.namespaces) -}}
{{- fail (printf "tenants.namespaces names %q, which `namespaces` does not: the operator would never look there. Add it to `namespaces`, or take it out of `tenants`." $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml .Values.tenants -}}
{{- end -}}

{{- /* What the operator may do in every namespace that it works for, and nothing else. */ -}}
{{- define "lake-operator.rules" -}}
- apiGroups: [lake.dev]
  resources: [lakes]
  verbs: [get, list, watch, patch, update] # the finalizer; the spec is never written
- apiGroups: [lake.dev]
  resources: [lakes/status]
  verbs: [get, patch, update]
- apiGroups: [lake.dev]
  resources: [lakes/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [configmaps] # those that a lake of the same namespace names
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get{{ if (.Values.rbac).watchSecrets }}, list, watch{{ end }}]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
