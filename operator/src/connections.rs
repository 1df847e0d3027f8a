//! The ways to AWS: one for each role and region, shared by all lakes that go there.

use crate::{leader::Leadership, metrics::Metrics};
use futures::future::BoxFuture;
use lake_reconcile::{
    aws::{Access, Aws, Gate, Hooks, NoAccess},
    gather::Gathered,
    kinds::AwsCloud,
    place::Place,
};
use std::{collections::HashMap, path::PathBuf, sync::Arc, time::SystemTime};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

/// A cloud, and where it is.
#[derive(Clone)]
pub struct Connection {
    /// Partition, region and account.
    pub place: Place,
    /// What can be asked and written there; what many lakes ask at one moment is asked once.
    pub cloud: Arc<Gathered>,
}

/// Ways into clouds. The real one connects to AWS; tests bring their own.
pub trait Clouds: Send + Sync {
    /// Connect, and learn where that leads.
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>>;
}

/// AWS itself: nothing is written by a replica that does not lead, and all is counted.
pub struct RealAws {
    /// Whether this replica leads.
    pub leadership: Leadership,
    /// Where calls are counted.
    pub metrics: Arc<Metrics>,
}

impl Gate for Leadership {
    fn is_open(&self) -> bool {
        self.holds()
    }
}

impl Clouds for RealAws {
    fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
        let hooks =
            Hooks { gate: Some(Arc::new(self.leadership.clone())), meter: Some(self.metrics.clone()) };
        Box::pin(async move {
            let aws = Aws::connect_with(access, hooks).await?;
            Ok(Connection {
                place: aws.place.clone(),
                cloud: Arc::new(Gathered::new(Arc::new(AwsCloud(aws)))),
            })
        })
    }
}

/// What a way is known by: the role to assume, with its external id, and the region.
type Way = (Option<(String, Option<String>)>, Option<String>);

/// The ways that are open.
pub struct Connections {
    clouds: Arc<dyn Clouds>,
    /// The files that say who the operator is and where AWS answers.
    files: Vec<PathBuf>,
    ways: Mutex<Ways>,
}

#[derive(Default)]
struct Ways {
    open: HashMap<Way, Arc<OnceCell<Connection>>>,
    /// As of when the files were when these were opened.
    files: Vec<Option<SystemTime>>,
}

impl Connections {
    /// None yet.
    #[must_use]
    pub fn new(clouds: Arc<dyn Clouds>) -> Self {
        Connections { clouds, files: shared_files(), ways: Mutex::default() }
    }

    /// The way for an access. A lake that waits for one that does not open holds up no other. The SDK reads keys and
    /// endpoints of files once; when a file is written anew (a secret that was rotated), all ways are opened anew.
    ///
    /// # Errors
    /// When AWS cannot be reached as somebody; the next call tries again.
    pub async fn open(&self, access: &Access) -> Result<Connection, NoAccess> {
        let role = access.assume_role.first().map(|role| (role.role_arn.clone(), role.external_id.clone()));
        let way = (role, access.region.clone());
        let cell = self.ways().await.open.entry(way.clone()).or_default().clone();
        let connection = cell.get_or_try_init(|| self.clouds.connect(access)).await?;
        if way.1.is_some() {
            return Ok(connection.clone());
        }
        // A lake names no region until its record does, and must meet the others of its region all the same.
        let open = &mut self.ways.lock().await.open;
        let there = (way.0.clone(), Some(connection.place.region.clone()));
        let known = open.get(&there).filter(|known| known.initialized()).unwrap_or(&cell).clone();
        open.insert(there, known.clone());
        open.insert(way, known.clone());
        Ok(known.get().unwrap_or(connection).clone())
    }

    /// The ways that are open with the files as they are.
    async fn ways(&self) -> MutexGuard<'_, Ways> {
        let mut ways = self.ways.lock().await;
        let written = |file: &PathBuf| std::fs::metadata(file).and_then(|file| file.modified()).ok();
        let files: Vec<_> = self.files.iter().map(written).collect();
        if ways.files != files {
            *ways = Ways { open: HashMap::new(), files };
        }
        ways
    }
}

/// Where the SDKs look for keys, roles and endpoints (AWS SDKs and Tools Reference Guide, "Shared config and credentials
/// files"). Tokens of web identities and pods are in files too, which the SDK reads again by itself.
fn shared_files() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    [("AWS_CONFIG_FILE", ".aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")]
        .map(|(variable, usual)| std::env::var_os(variable).map_or_else(|| home.join(usual), PathBuf::from))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_reconcile::{
        aws::AssumeRole,
        cloud::{Cloud, Listed, Write},
        error::CloudError,
        graph::NodeId,
        inventory::Sight,
        key::Key,
        kind::Kinds,
        kinds::KINDS,
        owner::{Owner, Worn},
        settings::Settings,
    };
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Clouds that nobody asks anything; how many were connected to.
    #[derive(Default)]
    struct Silent(AtomicUsize);

    impl Clouds for Silent {
        fn connect<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<Connection, NoAccess>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let region = access.region.clone().unwrap_or_else(|| "eu-west-1".to_owned());
            let place = Place { partition: "aws".to_owned(), region, account: "123456789012".to_owned() };
            Box::pin(async { Ok(Connection { place, cloud: Arc::new(Gathered::new(Arc::new(Mute))) }) })
        }
    }

    struct Mute;

    impl Cloud for Mute {
        fn kinds(&self) -> Kinds {
            KINDS
        }

        fn read<'a>(&'a self, _: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
            unreachable!()
        }

        fn worn<'a>(&'a self, _: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
            unreachable!()
        }

        fn write<'a>(&'a self, _: &'a NodeId, _: Write) -> BoxFuture<'a, Result<(), CloudError>> {
            unreachable!()
        }

        fn marked<'a>(&'a self, _: &'a Owner, _: &'a [Key]) -> BoxFuture<'a, Listed> {
            unreachable!()
        }
    }

    fn access(region: Option<&str>) -> Access {
        Access { region: region.map(str::to_owned), ..Access::default() }
    }

    async fn ways(regions: &[Option<&str>]) -> (Vec<Connection>, usize) {
        let clouds = Arc::new(Silent::default());
        let connections = Connections::new(clouds.clone());
        let mut open = Vec::new();
        for region in regions {
            open.push(connections.open(&access(*region)).await.unwrap());
        }
        (open, clouds.0.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn who_names_no_region_meets_those_who_name_the_one_it_is_in() {
        let (open, times) = ways(&[None, Some("eu-west-1"), None]).await;
        assert!(open.iter().all(|it| Arc::ptr_eq(&it.cloud, &open[0].cloud)));
        assert_eq!(times, 1);
        let (open, _) = ways(&[Some("eu-west-1"), None, Some("eu-west-1"), Some("us-east-1")]).await;
        assert!(open[..3].iter().all(|it| Arc::ptr_eq(&it.cloud, &open[0].cloud)));
        assert!(!Arc::ptr_eq(&open[3].cloud, &open[0].cloud));
    }

    #[tokio::test]
    async fn a_file_that_is_written_anew_opens_all_ways_anew() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let clouds = Arc::new(Silent::default());
        let files = vec![file.path().to_owned(), PathBuf::from("/nowhere")];
        let connections = Connections { files, ..Connections::new(clouds.clone()) };
        let open = async || connections.open(&access(None)).await.unwrap();
        let (first, again) = (open().await, open().await);
        assert!(Arc::ptr_eq(&first.cloud, &again.cloud));
        file.as_file().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let (anew, again) = (open().await, open().await);
        assert!(!Arc::ptr_eq(&first.cloud, &anew.cloud) && Arc::ptr_eq(&anew.cloud, &again.cloud));
        assert_eq!(clouds.0.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn roles_are_kept_apart() {
        let connections = Connections::new(Arc::new(Silent::default()));
        let role = |id: &str| AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/lake".to_owned(),
            external_id: Some(id.to_owned()),
            ..AssumeRole::default()
        };
        let with = |id: &str| Access { assume_role: vec![role(id)], ..access(None) };
        let (one, other) = (connections.open(&with("a")).await, connections.open(&with("b")).await);
        assert!(!Arc::ptr_eq(&one.unwrap().cloud, &other.unwrap().cloud));
    }
}
