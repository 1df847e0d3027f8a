//! Fields of a job that Glue keeps as arguments (AWS: "Using job parameters in Glue jobs").
//!
//! Reading folds an argument into its field only where the field can say what the argument says. What it cannot say
//! (`job-bookmark-pause`) stays an argument, and so shows as one that nobody asked for.

use super::{ContinuousLogging, Job, spec::Language};
use crate::kinds::glue::{Location, text};
use lake_api::Input;
use std::collections::{BTreeMap, HashMap};

const BOOKMARKS: &str = "--job-bookmark-option";
const BOOKMARKS_ON: &str = "job-bookmark-enable";
const BOOKMARKS_OFF: &str = "job-bookmark-disable";
const LANGUAGE: &str = "--job-language";
const MAIN_CLASS: &str = "--class";
const LOGGING: &str = "--enable-continuous-cloudwatch-log";
const LOGGING_FILTER: &str = "--enable-continuous-log-filter";
const LOGGING_GROUP: &str = "--continuous-log-logGroup";
const SPARK_UI: &str = "--enable-spark-ui";
const SPARK_UI_PATH: &str = "--spark-event-logs-path";
const TEMP_DIR: &str = "--TempDir";

/// A field that is on or off.
type Switch = fn(&mut Fields) -> &mut bool;

/// The argument that is on whatever its value is, and off only where it is not said (AWS: "The value of this parameter is
/// not relevant. To disable this feature, remove this parameter"). The other switches go by their values.
const METRICS: &str = "--enable-metrics";
/// Fields that are on or off, and their arguments.
const SWITCHES: [(&str, Switch); 5] = [
    ("--enable-glue-datacatalog", |fields| &mut fields.data_catalog),
    (METRICS, |fields| &mut fields.metrics),
    ("--enable-observability-metrics", |fields| &mut fields.observability_metrics),
    ("--enable-job-insights", |fields| &mut fields.insights),
    ("--enable-auto-scaling", |fields| &mut fields.auto_scaling),
];

/// The fields of a job that are arguments, and the arguments that are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) arguments: BTreeMap<String, Input<String>>,
    pub(super) language: Language,
    pub(super) main_class: Option<Input<String>>,
    pub(super) bookmarks: bool,
    pub(super) data_catalog: bool,
    pub(super) metrics: bool,
    pub(super) observability_metrics: bool,
    pub(super) insights: bool,
    pub(super) auto_scaling: bool,
    pub(super) continuous_logging: Option<ContinuousLogging>,
    pub(super) spark_ui: Option<Location>,
    pub(super) temp_dir: Option<Location>,
}

impl Fields {
    fn of(job: &Job) -> Self {
        Fields {
            arguments: job.arguments.clone(),
            language: job.language,
            main_class: job.main_class.clone(),
            bookmarks: job.bookmarks,
            data_catalog: job.data_catalog,
            metrics: job.metrics,
            observability_metrics: job.observability_metrics,
            insights: job.insights,
            auto_scaling: job.auto_scaling,
            continuous_logging: job.continuous_logging.clone(),
            spark_ui: job.spark_ui.clone(),
            temp_dir: job.temp_dir.clone(),
        }
    }
}

/// All default arguments of a job, as they are sent.
pub(super) fn render(job: &Job) -> HashMap<String, String> {
    let mut fields = Fields::of(job);
    let mut all: HashMap<String, String> =
        fields.arguments.iter().map(|(key, value)| (key.clone(), text(value))).collect();
    let mut put = |key: &str, value: String| all.insert(key.to_owned(), value);
    for (argument, field) in SWITCHES {
        if *field(&mut fields) {
            put(argument, "true".to_owned());
        }
    }
    if fields.bookmarks {
        put(BOOKMARKS, BOOKMARKS_ON.to_owned());
    }
    if fields.language == Language::Scala {
        put(LANGUAGE, "scala".to_owned());
    }
    if let Some(class) = &fields.main_class {
        put(MAIN_CLASS, text(class));
    }
    if let Some(logging) = &fields.continuous_logging {
        put(LOGGING, "true".to_owned());
        put(LOGGING_FILTER, logging.filter.to_string());
        if let Some(group) = &logging.group {
            put(LOGGING_GROUP, text(group));
        }
    }
    if let Some(logs) = &fields.spark_ui {
        put(SPARK_UI, "true".to_owned());
        put(SPARK_UI_PATH, text(&logs.uri()));
    }
    if let Some(place) = &fields.temp_dir {
        put(TEMP_DIR, text(&place.uri()));
    }
    all
}

/// The fields that a job's default arguments spell.
pub(super) fn fold(live: Option<&HashMap<String, String>>) -> Fields {
    let mut left: BTreeMap<String, String> =
        live.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut fields = Fields::default();
    for (argument, field) in SWITCHES {
        let read = |word: &str| if argument == METRICS { Some(true) } else { switch(word) };
        if let Some(on) = take(&mut left, argument, read) {
            *field(&mut fields) = on;
        }
    }
    fields.bookmarks = take(&mut left, BOOKMARKS, |word| match word {
        BOOKMARKS_ON => Some(true),
        BOOKMARKS_OFF => Some(false),
        _ => None,
    })
    .unwrap_or_default();
    fields.language = take(&mut left, LANGUAGE, |word| match word {
        "python" => Some(Language::Python),
        "scala" => Some(Language::Scala),
        _ => None,
    })
    .unwrap_or_default();
    let any = |word: &str| Some(Input::from(word)).filter(|_| !word.is_empty());
    fields.main_class = take(&mut left, MAIN_CLASS, any);
    fields.temp_dir = take(&mut left, TEMP_DIR, |uri| Location::seen(Some(uri)));
    fields.continuous_logging = logging(&mut left);
    fields.spark_ui = spark_ui(&mut left);
    fields.arguments = left.into_iter().map(|(key, value)| (key, Input::Known(value))).collect();
    fields
}

fn logging(left: &mut BTreeMap<String, String>) -> Option<ContinuousLogging> {
    if !take(left, LOGGING, switch)? {
        return None;
    }
    // Glue filters unless it is told not to.
    let filter = take(left, LOGGING_FILTER, switch).unwrap_or(true);
    let group = take(left, LOGGING_GROUP, |group| Some(Input::from(group)));
    Some(ContinuousLogging { group, filter })
}

fn spark_ui(left: &mut BTreeMap<String, String>) -> Option<Location> {
    let logs = Location::seen(left.get(SPARK_UI_PATH).map(String::as_str));
    match (left.get(SPARK_UI).and_then(|word| switch(word)), logs) {
        (Some(true), Some(logs)) => {
            left.remove(SPARK_UI);
            left.remove(SPARK_UI_PATH);
            Some(logs)
        }
        (Some(false), None) => {
            left.remove(SPARK_UI);
            None
        }
        _ => None,
    }
}

/// Take an argument that a field can say.
fn take<T>(left: &mut BTreeMap<String, String>, key: &str, say: impl Fn(&str) -> Option<T>) -> Option<T> {
    let said = say(left.get(key)?)?;
    left.remove(key);
    Some(said)
}

/// On or off; an argument without a value is on.
fn switch(word: &str) -> Option<bool> {
    match word {
        "true" | "" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::job::wire::tests::job;

    fn map(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_field_survives_its_argument() {
        let job = Job {
            arguments: [("--day".to_owned(), Input::from("today"))].into(),
            language: Language::Scala,
            main_class: Some(Input::from("Etl")),
            bookmarks: true,
            data_catalog: true,
            metrics: true,
            observability_metrics: true,
            insights: true,
            auto_scaling: true,
            continuous_logging: Some(ContinuousLogging { group: Some(Input::from("/lake")), filter: false }),
            spark_ui: Some(Location::of("s3://store/ui/")),
            temp_dir: Some(Location::of("s3://store/tmp/")),
            ..job()
        };
        let sent = render(&job);
        assert_eq!(sent.len(), 15);
        assert_eq!(fold(Some(&sent)), Fields::of(&job));
    }

    #[test]
    fn nothing_is_sent_for_what_is_off() {
        let off = Job { data_catalog: false, arguments: BTreeMap::new(), ..job() };
        assert_eq!(render(&off), HashMap::new());
        assert_eq!(fold(None), Fields::of(&off));
    }

    #[test]
    fn what_means_off_is_no_argument() {
        let live = map(&[
            (BOOKMARKS, BOOKMARKS_OFF),
            (LANGUAGE, "python"),
            ("--enable-job-insights", "false"),
            (LOGGING, "false"),
            (SPARK_UI, "false"),
        ]);
        assert_eq!(fold(Some(&live)), Fields::default());
    }

    #[test]
    fn metrics_are_on_whatever_their_arguments_value() {
        for value in ["true", "false", "", "0"] {
            let on = Fields { metrics: true, ..Fields::default() };
            assert_eq!(fold(Some(&map(&[(METRICS, value)]))), on, "{value}");
        }
    }

    #[test]
    fn what_no_field_can_say_stays_an_argument() {
        let live = map(&[(BOOKMARKS, "job-bookmark-pause"), (SPARK_UI, "true"), (LOGGING_GROUP, "/lake")]);
        let fields = fold(Some(&live));
        assert_eq!(fields.arguments.keys().collect::<Vec<_>>(), [LOGGING_GROUP, SPARK_UI, BOOKMARKS]);
        assert!(!fields.bookmarks && fields.spark_ui.is_none() && fields.continuous_logging.is_none());
    }
}
