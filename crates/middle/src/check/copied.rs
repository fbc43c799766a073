//! Files of the project that are copied into what is generated: what `files` mounts, and what settings name.

use super::strings::Delivery;
use crate::{
    model::{FileContent, Platform, Setting, SettingValue, Workload},
    source::Span,
};

/// Such a file.
#[derive(Clone, Copy)]
pub(super) struct CopiedFile<'a> {
    /// The file or the folder that platform.toml names.
    pub path: &'a str,
    /// The name in the folder.
    pub below: Option<&'a str>,
    pub by: Delivery<'a>,
    pub bytes: &'a [u8],
    pub span: Span,
}

impl<'a> CopiedFile<'a> {
    /// Empty where it is no text.
    pub fn text(&self) -> &'a str {
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }

    /// The file in the project.
    pub fn full_path(&self) -> String {
        match self.below {
            Some(below) => format!("{}/{below}", self.path),
            None => self.path.to_string(),
        }
    }

    /// Its name, without folders.
    pub fn name(&self) -> &'a str {
        let path = self.below.unwrap_or(self.path);
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// Those of a workload. What a setting names and `files` mounts is there once.
pub(super) fn of_workload<'a>(
    platform: &'a Platform,
    workload: &'a Workload,
) -> Vec<CopiedFile<'a>> {
    let mut out = of_settings(platform, workload);
    let named = out.len();
    for mount in &workload.files {
        let file = |path: &'a str, bytes: &'a [u8]| CopiedFile {
            path,
            below: None,
            by: Delivery::Source,
            bytes,
            span: mount.span,
        };
        match (&mount.content, &mount.template) {
            (_, Some(template)) => out.push(CopiedFile {
                by: Delivery::Template,
                ..file(&template.path, template.text.as_bytes())
            }),
            (FileContent::Project { path, bytes }, None)
                if out[..named].iter().all(|known| known.path != path) =>
            {
                out.push(file(path, bytes));
            }
            (FileContent::Folder { path, files }, None) => {
                out.extend(files.iter().map(|(name, bytes)| CopiedFile {
                    below: Some(name),
                    ..file(path, bytes)
                }));
            }
            _ => {}
        }
    }
    out
}

/// Files that the settings of a component name, with the place of the setting. They are its main workload's.
fn of_settings<'a>(platform: &'a Platform, workload: &Workload) -> Vec<CopiedFile<'a>> {
    let component = platform.component(&workload.component);
    let settings = component
        .filter(|_| workload.part.is_none())
        .map_or(&[][..], |component| &component.settings);
    let files = |setting: &'a Setting| match &setting.value {
        SettingValue::Files(files) => files.as_slice(),
        _ => &[],
    };
    let files = settings
        .iter()
        .flat_map(|setting| files(setting).iter().map(|file| (file, setting.span)));
    files
        .map(|(file, span)| CopiedFile {
            path: &file.path,
            below: None,
            by: Delivery::Template,
            bytes: &file.bytes,
            span,
        })
        .collect()
}
