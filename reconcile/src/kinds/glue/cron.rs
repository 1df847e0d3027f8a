//! Glue's schedules: `cron(minute hour day-of-month month day-of-week year)`, in UTC.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html>: six fields, a `?` in
//! exactly one of the two day fields, and no two starts within five minutes of each other. `rate(…)`, which
//! EventBridge knows, is not among them.

use crate::lint::{Refusal, minutes};
use std::collections::BTreeSet;

/// The least number of minutes between two starts.
const APART: u32 = 5;

/// One field: its name, its least and greatest value, and names for values.
struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    words: &'static [&'static str],
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minute", least: 0, greatest: 59, words: &[] },
    Field { name: "hour", least: 0, greatest: 23, words: &[] },
    Field { name: "day of month", least: 1, greatest: 31, words: &[] },
    Field { name: "month", least: 1, greatest: 12, words: MONTHS },
    Field { name: "day of week", least: 1, greatest: 7, words: DAYS },
    Field { name: "year", least: 1970, greatest: 2199, words: &[] },
];

/// Whether a text is a schedule of Glue.
///
/// # Errors
/// The first place that does not fit.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    let refuse = |at: usize, why: String| Refusal::new(at, why);
    let Some(inner) = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) else {
        let why = match text.starts_with("rate(") {
            true => "Glue knows no `rate(…)`; every 15 minutes is `cron(0/15 * * * ? *)`",
            false => "a schedule is `cron(minute hour day-of-month month day-of-week year)`",
        };
        return Err(refuse(0, why.to_owned()));
    };
    let offset = "cron(".len();
    let fields = split(inner);
    if fields.len() != FIELDS.len() {
        let why = format!(
            "six fields are needed, minute hour day-of-month month day-of-week year, and here are {}",
            fields.len()
        );
        return Err(refuse(text.chars().count() - 1, why));
    }
    let mut values = Vec::new();
    for (field, (at, written)) in FIELDS.iter().zip(&fields) {
        let set =
            field.values(written).map_err(|why| refuse(offset + at, format!("{}: {why}", field.name)))?;
        values.push(set);
    }
    match (fields[2].1 == "?", fields[4].1 == "?") {
        (true, true) => {
            Err(refuse(offset + fields[4].0, "only one of the two day fields may be `?`".to_owned()))
        }
        (false, false) => Err(refuse(
            offset + fields[4].0,
            "one of day of month and day of week must be `?`, since the other decides".to_owned(),
        )),
        _ => match closest(&values[0], &values[1], on_end(&fields, &values)) {
            Some(apart) if apart < APART => Err(refuse(
                offset + fields[0].0,
                format!("starts are {} apart here, and Glue wants at least {APART}", minutes(apart.into())),
            )),
            _ => Ok(()),
        },
    }
}

/// The fields with their places, in characters.
fn split(inner: &str) -> Vec<(usize, String)> {
    let mut fields: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (at, c) in inner.chars().enumerate() {
        match (c.is_whitespace(), fields.last_mut()) {
            (true, _) => inside = false,
            (false, Some((_, field))) if inside => field.push(c),
            (false, _) => {
                fields.push((at, c.to_string()));
                inside = true;
            }
        }
    }
    fields
}

impl Field {
    /// The values that a field allows; all of them where that depends on the calendar.
    fn values(&self, written: &str) -> Result<BTreeSet<u32>, String> {
        let all = || (self.least..=self.greatest).collect();
        let days = matches!(self.name, "day of month" | "day of week");
        match written {
            "*" => return Ok(all()),
            "?" if days => return Ok(all()),
            "?" => return Err("`?` stands in a day field only".to_owned()),
            "L" if days => return Ok(all()),
            "LW" if self.name == "day of month" => return Ok(all()),
            _ => {}
        }
        let mut set = BTreeSet::new();
        for part in written.split(',') {
            set.extend(self.part(part)?);
        }
        Ok(set)
    }

    fn part(&self, part: &str) -> Result<Vec<u32>, String> {
        match self.name {
            "day of month" => {
                if let Some(day) = part.strip_suffix('W') {
                    return self.value(day).map(|day| vec![day]);
                }
            }
            "day of week" => {
                if let Some(day) = part.strip_suffix('L') {
                    return self.value(day).map(|day| vec![day]);
                }
                if let Some((day, which)) = part.split_once('#') {
                    let day = self.value(day)?;
                    return match which.parse::<u32>() {
                        Ok(1..=5) => Ok(vec![day]),
                        _ => Err(format!("`#{which}` is no week of a month; there are 1 to 5")),
                    };
                }
            }
            _ => {}
        }
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) => match step.parse::<u32>() {
                Ok(step) if step > 0 => (range, Some(step)),
                _ => return Err(format!("`/{step}` is no step")),
            },
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.greatest),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None => {
                let first = self.value(range)?;
                (first, if step.is_some() { self.greatest } else { first })
            }
        };
        let count = self.greatest - self.least + 1;
        let length = if last >= first { last - first } else { last + count - first };
        if last < first && self.words.is_empty() {
            return Err(format!("`{range}` runs backwards"));
        }
        let values = (0..=length).step_by(step.unwrap_or(1) as usize);
        Ok(values.map(|more| self.least + (first - self.least + more) % count).collect())
    }

    fn value(&self, written: &str) -> Result<u32, String> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(written));
        let value = match word.and_then(|at| u32::try_from(at).ok()) {
            Some(at) => Some(self.least + at),
            None => written.parse().ok().filter(|_| written.bytes().all(|b| b.is_ascii_digit())),
        };
        value
            .filter(|value| (self.least..=self.greatest).contains(value))
            .ok_or_else(|| format!("`{written}` is not within {} to {}", self.least, self.greatest))
    }
}

/// Whether a day with starts may follow another. `L` and `LW` are one day of a month.
fn on_end(fields: &[(usize, String)], values: &[BTreeSet<u32>]) -> bool {
    let (of_month, of_week) = (&values[2], &values[4]);
    match (fields[2].1.as_str(), fields[4].1.as_str()) {
        ("L" | "LW", _) | (_, "L") => false,
        ("?", _) => of_week.iter().any(|day| of_week.contains(&(day % 7 + 1))),
        _ => {
            let first_follows = of_month.contains(&1) && of_month.iter().any(|day| *day >= 28);
            first_follows || of_month.iter().any(|day| of_month.contains(&(day + 1)))
        }
    }
}

/// The least number of minutes between two starts of a day, and over midnight where one such day may follow another.
fn closest(minutes: &BTreeSet<u32>, hours: &BTreeSet<u32>, on_end: bool) -> Option<u32> {
    let starts: Vec<u32> =
        hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute)).collect();
    let within = starts.windows(2).map(|pair| pair[1] - pair[0]);
    let over_midnight =
        starts.first().zip(starts.last()).map(|(first, last)| first + 24 * 60 - last).filter(|_| on_end);
    within.chain(over_midnight).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_schedules_of_the_documentation_are_schedules() {
        for text in [
            "cron(0 10 * * ? *)",
            "cron(15 12 * * ? *)",
            "cron(0 18 ? * MON-FRI *)",
            "cron(0 8 1 * ? *)",
            "cron(0/15 * * * ? *)",
            "cron(0/10 * ? * MON-FRI *)",
            "cron(0/5 8-17 ? * MON-FRI *)",
            "cron(15 12 ? * sun *)",
            "cron(0 0 L * ? *)",
            "cron(0 0 15W * ? *)",
            "cron(0 0 ? * 6#3 2026-2030)",
            "cron(0 0 ? * FRI-MON *)",
            "cron(59 23 ? JAN,JUL 6L *)",
        ] {
            check(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
        }
    }

    #[test]
    fn what_is_no_schedule_is_told_with_its_place() {
        for (text, at, why) in [
            ("rate(5 minutes)", 0, "rate"),
            ("0 10 * * ? *", 0, "cron("),
            ("cron(0 10 * * ?)", 15, "here are 5"),
            ("cron(60 10 * * ? *)", 5, "minute: `60` is not within 0 to 59"),
            ("cron(0 24 * * ? *)", 7, "hour"),
            ("cron(0 10 32 * ? *)", 10, "day of month"),
            ("cron(0 10 * FOO ? *)", 12, "month"),
            ("cron(0 10 * * * *)", 14, "must be `?`"),
            ("cron(0 10 ? * ? *)", 14, "only one"),
            ("cron(? 10 * * ? *)", 5, "day field only"),
            ("cron(0/3 * * * ? *)", 5, "3 minutes apart"),
            ("cron(0/4 * * * ? *)", 5, "4 minutes apart"),
            ("cron(* * * * ? *)", 5, "1 minute apart"),
            ("cron(2,58 * * * ? *)", 5, "4 minutes apart"),
            ("cron(1,59 0,23 * * ? *)", 5, "2 minutes apart"),
            ("cron(0/0 * * * ? *)", 5, "no step"),
            ("cron(50-10 * * * ? *)", 5, "backwards"),
            ("cron(0 0 ? * 2#6 *)", 13, "week of a month"),
        ] {
            let refusal = check(text).expect_err(text);
            assert_eq!(refusal.at, at, "{text}: {refusal:?}");
            assert!(refusal.why.contains(why), "{text}: {refusal:?}");
        }
    }

    #[test]
    fn far_apart_minutes_of_far_apart_hours_are_far_apart() {
        assert_eq!(check("cron(2,58 0/2 * * ? *)"), Ok(()));
    }

    #[test]
    fn midnight_parts_days_of_which_none_follows_another() {
        for (days, fits) in [
            ("1 * ?", true),
            ("L * ?", true),
            ("1,3 * ?", true),
            ("15W * ?", true),
            ("? * MON", true),
            ("? * MON,WED", true),
            ("? * 6L", true),
            ("1,2 * ?", false),
            ("1,31 * ?", false),
            ("? * SAT,SUN", false),
            ("* * ?", false),
        ] {
            assert_eq!(check(&format!("cron(0,58 0,23 {days} *)")).is_ok(), fits, "{days}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_schedule_or_is_refused(text in "(cron\\()?[0-9*?/,LW# A-Z-]{0,24}\\)?") {
            if let Err(refusal) = check(&text) {
                prop_assert!(refusal.at <= text.chars().count());
            }
        }
    }
}
