//! `make bench`: measures what CONTRIBUTING.md keeps, and prints it as a table. Nothing is asserted here; bounds stand
//! beside the figures. `make bench ONLY=provider` measures one door, `make bench ONLY="provider-start provider-size"` some
//! of it.

mod calls;
mod commands;
mod handshake;
mod lakes;
mod memory;
mod operator;
mod size;

/// One line of the table.
struct Figure {
    what: String,
    bound: &'static str,
    measured: String,
}

/// What measures some of them.
type Measure = fn() -> Vec<Figure>;

impl Figure {
    fn new(what: impl Into<String>, bound: &'static str, measured: impl Into<String>) -> Self {
        Figure { what: what.into(), bound, measured: measured.into() }
    }
}

#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
fn main() {
    let measures: [(&str, Measure); 10] = [
        ("provider-start", handshake::figures),
        ("provider-memory", memory::figures),
        ("provider-commands", commands::figures),
        ("provider-calls", calls::figures),
        ("provider-size", size::figures),
        ("operator-calls", operator::calls::figures),
        ("operator-buckets", operator::many::buckets),
        ("operator-throttled", operator::many::throttled),
        ("operator-restart", operator::many::restart),
        ("operator-growth", operator::growth::figures),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    println!("| figure | bound | measured |\n| --- | --- | --- |");
    for (name, measure) in measures {
        if wanted.is_empty() || wanted.iter().any(|want| name.starts_with(want)) {
            for Figure { what, bound, measured } in measure() {
                println!("| {what} | {bound} | {measured} |");
            }
        }
    }
}

/// The least of some values: what else the machine had to do is in the others.
fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

/// The value in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
