//! Tables in Markdown, and the spread of several runs. Not here: measuring.

use std::fmt;

/// A table in Markdown.
#[derive(Debug)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these columns.
    #[must_use]
    pub fn with<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        let columns: Vec<_> = columns.into_iter().map(str::to_owned).collect();
        let rule = columns.iter().enumerate();
        let rule = rule.map(|(at, _)| if at == 0 { "---" } else { "---:" }.to_owned());
        Self(vec![columns.clone(), rule.collect()])
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}

/// Minimum, median and maximum of several runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The smallest value.
    pub least: f64,
    /// The value in the middle, or the mean of the two in the middle.
    pub median: f64,
    /// The largest value.
    pub greatest: f64,
}

impl Spread {
    /// The spread of at least one value.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        assert!(!values.is_empty(), "nothing was measured");
        Self {
            least: values[0],
            median: f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]),
            greatest: values[values.len() - 1],
        }
    }
}

/// The median, and the range if there is one: `1.20 (1.10–1.31)`.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let [least, median, greatest] =
            [self.least, self.median, self.greatest].map(|value| format!("{value:.digits$}"));
        write!(f, "{median}")?;
        if least != greatest {
            write!(f, " ({least}–{greatest})")?;
        }
        Ok(())
    }
}

/// The exponent of the growth from one size to the next: 1 is linear.
#[must_use]
pub fn exponent(smaller: (usize, f64), larger: (usize, f64)) -> f64 {
    let sizes = (larger.0 as f64 / smaller.0 as f64).ln();
    (larger.1 / smaller.1).ln() / sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_runs_are_told_by_their_middle_and_their_ends() {
        assert_eq!(
            format!("{:.1}", Spread::of([3.0, 1.0, 2.0])),
            "2.0 (1.0–3.0)"
        );
        assert_eq!(Spread::of([2.0]).to_string(), "2.00");
        assert_eq!(Spread::of([2.001, 2.003]).to_string(), "2.00");
        assert_eq!(Spread::of([1.0, 2.0]).to_string(), "1.50 (1.00–2.00)");
        assert!((exponent((10, 1.0), (100, 100.0)) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::with(["what", "s"]);
        table.row(["plan".to_owned(), "1".to_owned()]);
        assert_eq!(
            table.to_string(),
            "| what | s |\n| --- | ---: |\n| plan | 1 |\n"
        );
    }
}
