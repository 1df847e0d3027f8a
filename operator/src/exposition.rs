//! The two forms in which metrics are served, and which of them a client takes.
//!
//! OpenMetrics 1.0 names a counter without `_total` where it describes it; the older text format of Prometheus (0.0.4)
//! describes each series by its full name, and a reader that takes the one for the other finds counters without a
//! description.

/// A form of what is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4, for whoever does not ask for the other.
    Text,
}

impl Format {
    /// The form that the header `Accept` asks for: whichever has the greater weight (RFC 9110, 12.5.1). Wildcards mean
    /// the text format, as in Prometheus' own libraries.
    #[must_use]
    pub fn asked(accept: Option<&str>) -> Self {
        let (mut open, mut text) = (0.0, 0.0_f64);
        for range in accept.unwrap_or("*/*").split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
            let said = |name: &str| parameters.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            let weight = said("q").and_then(|(_, q)| q.parse::<f64>().ok()).unwrap_or(1.0);
            let is_known = |version: &str| said("version").is_none_or(|(_, said)| *said == version);
            match &*media {
                "application/openmetrics-text" if is_known("1.0.0") => open = f64::max(open, weight),
                "text/plain" if is_known("0.0.4") => text = text.max(weight),
                _ => {}
            }
        }
        if open > 0.0 && open >= text { Format::OpenMetrics } else { Format::Text }
    }

    /// The header `Content-Type` of this form.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// What is told as OpenMetrics, in this form.
    #[must_use]
    pub fn write(self, open: String) -> String {
        match self {
            Format::OpenMetrics => open,
            Format::Text => as_text(&open),
        }
    }
}

fn as_text(open: &str) -> String {
    let counters: Vec<&str> =
        open.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut text = String::with_capacity(open.len());
    for line in open.lines().filter(|line| *line != "# EOF") {
        let described = ["# HELP ", "# TYPE "].iter().find_map(|start| {
            let (name, rest) = line.strip_prefix(start)?.split_once(' ')?;
            counters.contains(&name).then(|| format!("{start}{name}_total {rest}\n"))
        });
        match described {
            Some(described) => text.push_str(&described),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_openmetrics_gets_it_and_nobody_else() {
        let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                          application/openmetrics-text;version=0.0.1;q=0.5,\
                          text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        for (accept, format) in [
            (Some(prometheus), Format::OpenMetrics),
            (Some("application/openmetrics-text"), Format::OpenMetrics),
            (Some("text/plain;q=0.5, Application/OpenMetrics-Text; Version=1.0.0"), Format::OpenMetrics),
            (Some("text/plain"), Format::Text),
            (Some("text/plain, application/openmetrics-text;q=0.2"), Format::Text),
            (Some("application/openmetrics-text;q=0"), Format::Text),
            (Some("application/openmetrics-text;version=2.0.0"), Format::Text),
            (Some("*/*"), Format::Text),
            (Some(""), Format::Text),
            (None, Format::Text),
        ] {
            assert_eq!(Format::asked(accept), format, "{accept:?}");
        }
    }

    #[test]
    fn the_text_format_describes_counters_by_their_full_name() {
        let open = "# HELP lake_lost Lakes lost.\n# TYPE lake_lost counter\nlake_lost_total 1\n\
                    # HELP lake_lakes Lakes.\n# TYPE lake_lakes gauge\nlake_lakes{state=\"Reconciled\"} 2\n# EOF\n";
        let text = "# HELP lake_lost_total Lakes lost.\n# TYPE lake_lost_total counter\nlake_lost_total 1\n\
                    # HELP lake_lakes Lakes.\n# TYPE lake_lakes gauge\nlake_lakes{state=\"Reconciled\"} 2\n";
        assert_eq!(Format::Text.write(open.to_owned()), text);
        assert_eq!(Format::OpenMetrics.write(open.to_owned()), open);
    }
}
