//! Jobs of a spec as nodes, and their scripts.

use super::{
    ContinuousLogging, Job, Workers,
    spec::{self, Command, ExecutionClass, Language, Sizing},
};
use crate::{
    LakeSpec,
    aliases::Aliases,
    expand::{
        Scope,
        members::{Wanted, members},
        names::{Names, given, inputs, nodes},
    },
    graph::{Node, NodeId, Open},
    kinds::{
        bucket,
        glue::{ObjectPlace, role_name, wide},
        object,
    },
};
use lake_api::{
    FieldPath, Input,
    member::{Member, Own},
    names::{MemberKey, Target, Word},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn all(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    let mut nodes = members(
        "jobs",
        &spec.jobs,
        |key, member| own(&names, spec, key, member),
        |name| Job::named(names.filled(name).map(|name| role_name(&name))),
    );
    nodes.extend(spec.jobs.own().filter_map(|(key, member)| script(&names, spec, key, member)));
    nodes
}

fn own(names: &Names<'_>, spec: &LakeSpec, key: &MemberKey, member: &Own<spec::Job>) -> Wanted<Job> {
    let role = names.role(&member.role);
    let bucket = names.bucket(&member.script.bucket);
    let (spark_ui, logs) = member.spark_ui.as_ref().map(|at| names.location(at)).unzip();
    let (temp_dir, temp) = member.temp_dir.as_ref().map(|at| names.location(at)).unzip();
    let script = declared(spec, member).unwrap_or_else(|| script_id(key));
    let after = nodes([role.node, bucket.node, logs.flatten(), temp.flatten(), Some(script)]);
    let (workers, max_capacity) = match member.sizing() {
        Sizing::Workers(said) => {
            let worker_type = said.worker_type.input().clone();
            (Some(Workers { worker_type, count: wide(said.count) }), None)
        }
        Sizing::Capacity(units) => (None, Some(units)),
    };
    let mut arguments = names.all_filled(&member.arguments);
    arguments.extend(inputs(&member.secret_arguments));
    // Nobody has looked there yet.
    arguments.extend(member.secret_arguments_from.keys().map(|key| (key.clone(), Input::Unknown)));
    let settings = Job {
        description: given(member.description.as_ref()),
        role: role.name,
        role_arn: Some(role.arn),
        command: member.command,
        script: ObjectPlace { bucket: bucket.name, key: names.filled(&member.script.key) },
        language: member.language,
        main_class: given(member.main_class.as_ref()),
        python_version: member.python_version().input().clone(),
        glue_version: member.glue_version().input().clone(),
        workers,
        max_capacity,
        arguments,
        non_overridable_arguments: names.all_filled(&member.non_overridable_arguments),
        bookmarks: member.bookmarks,
        // Plain Python has no Spark whose catalogue it could be.
        data_catalog: member.data_catalog && member.command != Command::PythonShell,
        metrics: member.metrics,
        observability_metrics: member.observability_metrics,
        insights: member.insights,
        auto_scaling: member.auto_scaling,
        continuous_logging: member
            .continuous_logging
            .as_ref()
            .map(|said| ContinuousLogging { group: given(said.group.as_ref()), filter: said.filter }),
        spark_ui,
        temp_dir,
        connections: member.connections.iter().map(|name| names.filled(name)).collect(),
        timeout: member.timeout().map(wide),
        max_retries: wide(member.max_retries),
        max_concurrent_runs: wide(member.max_concurrent_runs),
        execution_class: member.execution_class,
        security_configuration: member.security_configuration.as_ref().map(|name| names.filled(name)),
        notify_delay: member.notify_delay.map(wide),
        maintenance_window: given(member.maintenance_window.as_ref()),
        run_queuing: member.run_queuing,
        tags: names.tags(&member.tags),
        name: names.name(member.name.as_ref(), key),
    };
    let argument = |field: &str, key: &str| FieldPath::root().field(field).key(key);
    let plain = member.secret_arguments.keys().map(|key| ("secretArguments", key.as_str()));
    let elsewhere = member.secret_arguments_from.keys().map(|key| ("secretArgumentsFrom", key.as_str()));
    let mut secret = BTreeSet::new();
    let mut aliases = Aliases::default();
    for (field, key) in plain.chain(elsewhere) {
        secret.insert(argument("arguments", key));
        aliases = aliases.renamed(argument(field, key), argument("arguments", key));
    }
    Wanted { settings, after, secret, aliases }
}

/// The node of a job's script: uploaded where its content is given, else looked at; none where a bucket's own object
/// is it.
fn script(
    names: &Names<'_>,
    spec: &LakeSpec,
    key: &MemberKey,
    member: &Own<spec::Job>,
) -> Option<(NodeId, Node)> {
    if declared(spec, member).is_some() {
        return None;
    }
    let said = &member.script;
    let source = object::Source::of_script(said);
    // A content that is not known may turn out to be none.
    let uploaded = source.as_ref().map(object::Source::is_known);
    let origin = FieldPath::root().field("jobs").key(key.as_str()).field("script");
    let mut node = object::node(names, &said.bucket, &said.key, source, origin);
    // A script has no custody of its own: whoever takes the job over takes it with its script.
    node.treatment.adopt_from =
        member.custody.adopt_from.as_ref().and_then(|owner| owner.known().map(str::to_owned));
    node.open = match uploaded {
        Some(true) => Open::Nothing,
        _ if may_be_declared(spec, member) => Open::Node,
        Some(false) => Open::Hold,
        None => Open::Nothing,
    };
    Some((script_id(key), node))
}

fn script_id(key: &MemberKey) -> NodeId {
    NodeId::new("object", &format!("{key}.script"))
}

/// The member object that a script without content refers to.
fn declared(spec: &LakeSpec, member: &Own<spec::Job>) -> Option<NodeId> {
    let script = &member.script;
    let Some(Target::Member(bucket)) = script.bucket.target() else { return None };
    if script.is_uploaded() {
        return None;
    }
    let objects = &spec.buckets.get(bucket)?.own()?.objects;
    let wanted = script.key.known()?;
    let (key, _) = objects.own().find(|(_, object)| object.key.known() == Some(wanted))?;
    Some(NodeId::new("object", &format!("{bucket}.{key}")))
}

/// Whether a script without content may turn out to be a member object, once what is unknown is known.
fn may_be_declared(spec: &LakeSpec, member: &Own<spec::Job>) -> bool {
    let wanted = member.script.key.known();
    let may_be = |object: &Member<object::spec::Object>| match object.own().map(|object| object.key.known()) {
        Some(Some(key)) => wanted.is_none_or(|wanted| wanted == key),
        _ => true,
    };
    let in_it = |bucket: &Own<bucket::spec::Bucket>| bucket.objects.values().any(may_be);
    match member.script.bucket.target() {
        Some(Target::Member(key)) => spec.buckets.get(key).and_then(Member::own).is_some_and(in_it),
        Some(Target::Arn(_)) => false,
        None => spec.buckets.own().any(|(_, bucket)| in_it(bucket)),
    }
}

impl Job {
    /// A job of which nothing but the name is known.
    fn named(name: Input<String>) -> Self {
        Job {
            name,
            description: None,
            role: Input::default(),
            role_arn: None,
            command: Command::GlueEtl,
            script: ObjectPlace { bucket: Input::default(), key: Input::default() },
            language: Language::Python,
            main_class: None,
            python_version: Input::from("3"),
            glue_version: Input::from("5.0"),
            workers: None,
            max_capacity: None,
            arguments: BTreeMap::new(),
            non_overridable_arguments: BTreeMap::new(),
            bookmarks: false,
            data_catalog: false,
            metrics: false,
            observability_metrics: false,
            insights: false,
            auto_scaling: false,
            continuous_logging: None,
            spark_ui: None,
            temp_dir: None,
            connections: Vec::new(),
            timeout: None,
            max_retries: 0,
            max_concurrent_runs: 1,
            execution_class: ExecutionClass::Standard,
            security_configuration: None,
            notify_delay: None,
            maintenance_window: None,
            run_queuing: false,
            tags: BTreeMap::new(),
        }
    }
}
