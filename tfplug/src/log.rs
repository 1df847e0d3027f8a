//! Logging as Terraform reads it: one JSON object per line on standard error (hclog).
//!
//! Terraform shows what `TF_LOG` or `TF_LOG_PROVIDER` asks for; the same words decide here what is written at all.

use serde_json::{Map, Value, json};
use std::{fmt, io::Write, time::SystemTime};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// Longer lines are not parsed by the host (go-plugin's buffer is 64 KiB).
const LINE: usize = 60 * 1024;

/// Write all events of this process to standard error from now on. Does nothing where a subscriber is set already.
///
/// `capped` as in [`ServeOptions`](crate::ServeOptions).
pub fn init(capped: &[(&str, LevelFilter)]) {
    let level = ["TF_LOG_PROVIDER", "TF_LOG"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .map_or(LevelFilter::WARN, |word| level(&word));
    // Another subscriber is a test's own.
    let _ = tracing_subscriber::registry().with(Hclog.with_filter(wanted(level, capped))).try_init();
}

/// What this level shows. Frames of the transport between host and provider are of no use to either's users.
fn wanted(level: LevelFilter, capped: &[(&str, LevelFilter)]) -> Targets {
    let quiet = level.min(LevelFilter::WARN);
    let transport = ["h2", "hyper", "hyper_util", "rustls", "tokio_rustls", "tonic", "tower"];
    let capped = capped.iter().map(|(target, most)| (*target, level.min(*most)));
    Targets::new()
        .with_default(level)
        .with_targets(transport.map(|target| (target, quiet)))
        .with_targets(capped)
}

fn level(word: &str) -> LevelFilter {
    match word.to_ascii_uppercase().as_str() {
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        _ => LevelFilter::OFF,
    }
}

struct Hclog;

impl<S: Subscriber> Layer<S> for Hclog {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = line(event, SystemTime::now()).to_string();
        line.push('\n');
        // Nobody reads any more: the host is gone, and so will we be.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

fn line(event: &Event<'_>, now: SystemTime) -> Value {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let level = match *event.metadata().level() {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    };
    let mut line = fields.others;
    if json!(line).to_string().len() > LINE / 2 {
        line = Map::from_iter([("note".to_owned(), json!("fields left out: too long for one line"))]);
    }
    let mut message = fields.message.as_str();
    if json!(message).to_string().len() > LINE / 2 {
        // JSON takes six bytes at most for one.
        message = cut(message, LINE / 12);
    }
    // go-plugin asserts that these are text, and takes terraform down with it where they are not.
    line.insert("@message".to_owned(), json!(message));
    line.insert("@level".to_owned(), json!(level));
    line.insert("@module".to_owned(), json!(event.metadata().target()));
    line.insert("@timestamp".to_owned(), json!(timestamp(now)));
    Value::Object(line)
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => _ = self.others.insert(name.to_owned(), json!(format!("{value:?}"))),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            name => _ = self.others.insert(name.to_owned(), json!(value)),
        }
    }
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// RFC 3339 in UTC, with microseconds. Days are counted as in Howard Hinnant's "chrono-compatible low-level date
/// algorithms": years that start in March end with the leap day.
fn timestamp(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", since.subsec_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };

    #[test]
    fn timestamps_are_days_of_the_calendar() {
        let at = |seconds| timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000Z");
        assert_eq!(at(1_735_689_599), "2024-12-31T23:59:59.000000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000000Z");
    }

    #[test]
    fn the_log_level_is_terraforms() {
        assert_eq!(level("debug"), LevelFilter::DEBUG);
        assert_eq!(level("off"), LevelFilter::OFF);
    }

    /// The lines that a few events become.
    fn lines(log: impl FnOnce()) -> Vec<Value> {
        #[derive(Clone, Default)]
        struct Kept(Arc<Mutex<Vec<Value>>>);
        impl<S: Subscriber> Layer<S> for Kept {
            fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
                self.0.lock().unwrap().push(line(event, SystemTime::UNIX_EPOCH));
            }
        }
        let kept = Kept::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(kept.clone()), log);
        kept.0.lock().unwrap().clone()
    }

    #[test]
    fn an_event_is_a_line_that_hclog_reads() {
        let lines =
            lines(|| tracing::warn!(target: "notes", bucket = "store", attempt = 2, "slow {}", "down"));
        let line = json!({
            "@level": "warn", "@message": "slow down", "@module": "notes",
            "@timestamp": "1970-01-01T00:00:00.000000Z", "bucket": "store", "attempt": "2",
        });
        assert_eq!(lines, [line]);
    }

    #[test]
    fn a_line_is_never_longer_than_the_host_reads() {
        let quotes = "\"".repeat(200_000);
        for line in lines(|| {
            tracing::info!("{quotes}");
            tracing::info!(quotes, "short");
        }) {
            assert!(line.to_string().len() < 64 * 1024);
            assert!(line["@message"].is_string());
        }
    }

    #[test]
    fn the_transport_is_quiet() {
        let wanted = wanted(LevelFilter::TRACE, &[]);
        assert!(wanted.would_enable("notes", &Level::TRACE));
        assert!(!wanted.would_enable("h2::codec", &Level::TRACE));
    }

    #[test]
    fn of_a_capped_target_no_more_is_shown_than_it_may_say() {
        let capped = [("bodies", LevelFilter::DEBUG)];
        for target in ["bodies", "bodies::of::requests"] {
            assert!(!wanted(LevelFilter::TRACE, &capped).would_enable(target, &Level::TRACE));
            assert!(wanted(LevelFilter::TRACE, &capped).would_enable(target, &Level::DEBUG));
            assert!(!wanted(LevelFilter::WARN, &capped).would_enable(target, &Level::DEBUG));
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("aé", 2), "a");
    }
}
