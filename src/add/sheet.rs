//! The text of platform.toml as toml_edit keeps it: with its comments, its order and its white space.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::plan::Failure;

#[derive(Debug)]
pub(super) struct Sheet {
    document: DocumentMut,
    /// Lines end with CRLF.
    windows: bool,
}

impl Sheet {
    /// The text of a platform.toml. Errors: it is no TOML.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let document = text
            .parse()
            .map_err(|error| Failure::new(format!("the file can't be read: {error}")))?;
        Ok(Self {
            document,
            windows: text.contains("\r\n"),
        })
    }

    pub fn text(&self) -> String {
        let text = self.document.to_string();
        match self.windows {
            true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
            false => text,
        }
    }

    /// A secret in one line. Errors: `secrets` is no table.
    pub fn secret(&mut self, name: &str, variable: &str, description: &str) -> Result<(), Failure> {
        let mut secret = InlineTable::new();
        secret.insert("env", variable.into());
        if !description.is_empty() {
            secret.insert("description", description.into());
        }
        self.top("secrets")?
            .insert(name, Item::Value(secret.into()));
        Ok(())
    }

    /// A key and a string in a table at the top. Errors: `table` is no table.
    pub fn line(&mut self, table: &str, key: &str, text: &str) -> Result<(), Failure> {
        self.top(table)?.insert(key, Item::Value(text.into()));
        Ok(())
    }

    /// The table of a component, below a comment. Errors: the keys are no TOML, or `components` is no table.
    pub fn component(&mut self, name: &str, comment: &str, keys: &str) -> Result<(), Failure> {
        let mut parsed: DocumentMut = format!("[it]\n{keys}").parse().map_err(|error| {
            Failure::new(format!("`{name}` can't be written to the file: {error}"))
        })?;
        let Some(Item::Table(mut table)) = parsed.remove("it") else {
            return Err(Failure::new(format!(
                "`{name}` can't be written to the file"
            )));
        };
        let item = match self.document.get("components") {
            Some(Item::Value(_)) => Item::Value(Value::InlineTable(table.into_inline_table())),
            _ => {
                table.set_position(None);
                table.decor_mut().set_prefix(format!("\n# {comment}\n"));
                Item::Table(table)
            }
        };
        self.top("components")?.insert(name, item);
        Ok(())
    }

    /// The lints that a component accepts, with the command that explains them. Errors: there is no such component.
    pub fn allow(&mut self, component: &str, lints: &[&str]) -> Result<(), Failure> {
        let components = self.top("components")?;
        let item = components.get_mut(component);
        let is_block = matches!(item, Some(Item::Table(_)));
        let table = item.and_then(Item::as_table_like_mut);
        let table = table.ok_or_else(|| Failure::new(format!("there is no `{component}`")))?;
        let mut value = Value::Array(lints.iter().copied().collect());
        // An inline table is one line, which a comment would end.
        if is_block {
            let explained = lints
                .iter()
                .map(|lint| format!("`mlopsgen explain {lint}`"));
            let explained = explained.collect::<Vec<_>>().join(", ");
            value.decor_mut().set_suffix(format!(" # {explained}"));
        }
        table.insert("allow", Item::Value(value));
        Ok(())
    }

    /// A string more in a list of a component's settings. Returns whether it stands there now: not if another file has the
    /// component, or if the setting is no list.
    pub fn list(&mut self, component: &str, setting: &str, item: &str) -> bool {
        let Some(component) = self.own_component(component) else {
            return false;
        };
        let settings = component
            .entry("settings")
            .or_insert_with(|| Item::Value(InlineTable::new().into()));
        close_up(settings);
        let Some(settings) = settings.as_table_like_mut() else {
            return false;
        };
        let list = settings
            .entry(setting)
            .or_insert_with(|| Item::Value(Value::Array(Array::new())));
        let Some(list) = list.as_array_mut() else {
            return false;
        };
        if list.iter().all(|known| known.as_str() != Some(item)) {
            list.push(item);
        }
        true
    }

    /// Who fills a role of a component. Returns whether this file has the component.
    pub fn binding(&mut self, component: &str, role: &str, filler: &str) -> bool {
        let Some(component) = self.own_component(component) else {
            return false;
        };
        let uses = component
            .entry("uses")
            .or_insert_with(|| Item::Value(InlineTable::new().into()));
        close_up(uses);
        let uses = uses.as_table_like_mut();
        uses.map(|uses| uses.insert(role, Item::Value(filler.into())))
            .is_some()
    }

    fn own_component(&mut self, name: &str) -> Option<&mut dyn TableLike> {
        let components = self.document.get_mut("components")?;
        components.get_mut(name)?.as_table_like_mut()
    }

    /// A table at the top; a new one stands behind `[platform]`, that of the components at the end.
    fn top(&mut self, name: &str) -> Result<&mut dyn TableLike, Failure> {
        let place = match name {
            "components" => None,
            _ => self
                .document
                .get("platform")
                .and_then(Item::as_table)
                .and_then(Table::position),
        };
        let is_new = !self.document.contains_key(name);
        let item = self.document.entry(name).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(name == "components");
            Item::Table(table)
        });
        if let (true, Some(table)) = (is_new, item.as_table_mut()) {
            table.set_position(place);
        }
        item.as_table_like_mut()
            .ok_or_else(|| Failure::new(format!("`{name}` is not a table")))
    }
}

/// Takes away the space before the closing brace of an inline table, which would stand before the comma of a new key.
fn close_up(table: &mut Item) {
    let inline = table.as_inline_table_mut();
    let last = inline.and_then(|inline| inline.iter_mut().last());
    if let Some((_, value)) = last {
        value.decor_mut().set_suffix("");
    }
}
