//! The file of a course: read whole, written whole or not at all.

use super::Course;
use crate::plan::PlanFileError;
use core::fmt;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a course could not be read or kept.
#[derive(Debug)]
pub enum CourseError {
    /// Something in the file is wrong.
    Wrong(PlanFileError),
    /// There is such a file already.
    Exists(PathBuf),
    /// Somebody has changed the file since it was read: nothing was written.
    Changed(PathBuf),
    /// The operating system refused.
    Io(PathBuf, io::Error),
}

impl fmt::Display for CourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(error) => error.fmt(f),
            Self::Exists(path) => {
                write!(f, "{}: it is there already: allowed is a new file", path.display())
            }
            Self::Changed(path) => write!(
                f,
                "{}: it was changed since it was read: nothing was written over it",
                path.display()
            ),
            Self::Io(path, error) => {
                write!(
                    f,
                    "{}: {error}: allowed is a file that can be read and written",
                    path.display()
                )
            }
        }
    }
}

impl core::error::Error for CourseError {}

impl From<PlanFileError> for CourseError {
    fn from(error: PlanFileError) -> Self {
        Self::Wrong(error)
    }
}

/// A course and the file that it came from.
///
/// A course is written beside its file, forced to the disk, and then given the file's name: whatever happens meanwhile, the
/// file holds the earlier state or the new one.
///
/// ```
/// use coldcap_host::course::{Course, CourseFile};
///
/// # let folder = std::env::temp_dir().join(format!("course-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("1001.toml");
/// # let _ = std::fs::remove_file(&path);
/// let mut file = CourseFile::create(&path, Course::new(1001, 4).unwrap())?;
/// file.course.sessions = 6;
/// file.save()?;
/// assert_eq!(CourseFile::open(&path)?.course.sessions, 6);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CourseFile {
    path: PathBuf,
    /// What the file holds, as far as we know.
    text: String,
    /// The course, to be read and changed.
    pub course: Course,
}

impl CourseFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`CourseError::Wrong`] with the field, or [`CourseError::Io`].
    pub fn open(path: &Path) -> Result<Self, CourseError> {
        let failed = |error| CourseError::Io(path.to_owned(), error);
        let text = fs::read_to_string(path).map_err(failed)?;
        let course = Course::parse(&text, &path.display().to_string())?;
        Ok(Self { path: path.to_owned(), text, course })
    }

    /// Makes a file where there is none.
    ///
    /// # Errors
    /// [`CourseError::Exists`]; [`CourseError::Wrong`] where the course is none that could be read again; or [`CourseError::Io`].
    pub fn create(path: &Path, course: Course) -> Result<Self, CourseError> {
        let text = readable(&course, path)?;
        let failed = |error| CourseError::Io(path.to_owned(), error);
        // Whoever makes the same file at the same moment finds it there.
        File::create_new(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => CourseError::Exists(path.to_owned()),
            _ => failed(error),
        })?;
        if let Err(error) = replace(path, &text) {
            let _ = fs::remove_file(path);
            return Err(failed(error));
        }
        sync_folder(path).map_err(failed)?;
        Ok(Self { path: path.to_owned(), text, course })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the course over the file that it was read from.
    ///
    /// # Errors
    /// [`CourseError::Changed`] where the file is not what was read; [`CourseError::Wrong`] where the course is none that could be
    /// read again; or [`CourseError::Io`]. The file is as it was, but where only its name could not be forced to the disk: then it
    /// is the new one, which a loss of power may take back.
    pub fn save(&mut self) -> Result<(), CourseError> {
        let failed = |error| CourseError::Io(self.path.clone(), error);
        if fs::read_to_string(&self.path).map_err(failed)? != self.text {
            return Err(CourseError::Changed(self.path.clone()));
        }
        let text = readable(&self.course, &self.path)?;
        replace(&self.path, &text).map_err(failed)?;
        self.text = text;
        sync_folder(&self.path).map_err(failed)
    }
}

/// The text of a course, where it is one that can be read again.
fn readable(course: &Course, path: &Path) -> Result<String, CourseError> {
    let text = course.to_string();
    Course::parse(&text, &path.display().to_string())?;
    Ok(text)
}

/// The file holds the text, or what it held before.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = write_beside(path, text)?;
    if let Err(error) = fs::rename(&beside, path) {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    Ok(())
}

/// The whole text on the disk, under another name in the same folder.
fn write_beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(hidden);
    let written = write_whole(&beside, text);
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map(|()| beside)
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The name is on the disk, too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("coldcap-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn new_in(folder: &Path) -> CourseFile {
        CourseFile::create(&folder.join("1001.toml"), Course::new(1001, 4).unwrap()).unwrap()
    }

    /// As far as a program gets that is killed before the file has its new name.
    #[test]
    fn whoever_is_killed_while_writing_leaves_the_earlier_state() {
        let folder = folder("course-killed");
        let file = new_in(&folder);
        let longer = Course { sessions: 5, ..file.course };
        for length in [0, 1, 40, longer.to_string().len()] {
            write_beside(&file.path, &longer.to_string()[..length]).unwrap();
            assert_eq!(CourseFile::open(&file.path).unwrap().course.sessions, 4, "{length}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_written_leaves_the_earlier_state_and_nothing_beside_it() {
        let folder = folder("course-full");
        let mut file = new_in(&folder);
        let beside = folder.join(format!(".1001.toml.{}", std::process::id()));
        fs::create_dir(&beside).unwrap();
        file.course.sessions = 5;
        assert!(matches!(file.save(), Err(CourseError::Io(..))));
        assert_eq!(CourseFile::open(&file.path).unwrap().course.sessions, 4);
        fs::remove_dir(&beside).unwrap();
        file.save().unwrap();
        assert_eq!(CourseFile::open(&file.path).unwrap().course.sessions, 5);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    /// What could not be read again would be lost with everything that is in it.
    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let folder = folder("course-unreadable");
        let mut file = new_in(&folder);
        file.course.sessions = 0;
        assert!(matches!(file.save(), Err(CourseError::Wrong(_))));
        assert_eq!(CourseFile::open(&file.path).unwrap().course.sessions, 4);
        let other = folder.join("1002.toml");
        let refused = CourseFile::create(&other, file.course.clone());
        assert!(matches!(refused, Err(CourseError::Wrong(_))) && !other.exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nobody_writes_over_what_he_has_not_read() {
        let folder = folder("course-two");
        let (mut one, mut other) =
            (new_in(&folder), CourseFile::open(&folder.join("1001.toml")).unwrap());
        one.course.sessions = 5;
        one.save().unwrap();
        other.course.sessions = 6;
        assert!(matches!(other.save(), Err(CourseError::Changed(_))));
        let again = CourseFile::create(&one.path, Course::new(1002, 4).unwrap());
        assert!(matches!(again, Err(CourseError::Exists(_))));
        assert_eq!(CourseFile::open(&one.path).unwrap().course, one.course);
        fs::remove_dir_all(folder).unwrap();
    }
}
