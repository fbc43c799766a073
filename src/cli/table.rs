//! Columns of text, each as wide as its widest cell.

use mlopsgen::text::visible;

/// Rows of cells; all rows have the same number of them.
#[derive(Default)]
pub struct Columns {
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// A row is one line, whatever its cells hold.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.rows
            .push(cells.iter().map(|cell| visible(cell)).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One line a row, each behind `indent`; a column that is empty everywhere takes no room.
    pub fn text(&self, indent: &str) -> String {
        let count = self.rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().map(|row| row[column].chars().count());
                cells.max().unwrap_or(0)
            })
            .collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = indent.to_string();
            for (cell, &width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - cell.chars().count() + 2));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn columns_line_up_and_empty_ones_vanish() {
        let mut columns = Columns::default();
        columns.row(["a", "", "one"]);
        columns.row(["long", "", "two"]);
        assert_eq!(columns.text("  "), "  a     one\n  long  two\n");
    }
}
