//! What the servers run on, as the machine tells it.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

/// How often a write is synced to see how long that takes.
const SYNCS: usize = 100;
/// A page of Postgres.
const PAGE: [u8; 8_192] = [0x5a; 8_192];

/// The shape of a machine.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    processor: String,
    memory: String,
    disk: String,
    system: String,
    /// Load averages of the last minute, before and after.
    busy: [String; 2],
}

impl Machine {
    /// Looks around; `folder` is on the disk that counts.
    pub(crate) fn look(folder: &Path) -> Result<Self> {
        let cpus = read("/proc/cpuinfo")?;
        let cores = thread::available_parallelism()?;
        let mounts = mounted_at(&read("/proc/self/mountinfo")?, folder);
        let (device, disk) = mounts.unwrap_or_else(|| (String::new(), "unknown".to_owned()));
        let sync = milliseconds(time_of_sync(folder)?);
        let before = load_average()?;
        Ok(Self {
            processor: format!("{}, {cores} cores{}", model(&cpus), virtualised(&cpus)),
            memory: memory(&read("/proc/meminfo")?),
            disk: format!("{disk}{}; a page written and synced takes {sync} ms", turning(&device)),
            system: format!("Linux {}", read("/proc/sys/kernel/osrelease")?.trim()),
            busy: [before.clone(), before],
        })
    }

    /// The same, with how busy it is by now.
    pub(crate) fn again(self) -> Result<Self> {
        let [before, _] = self.busy;
        Ok(Self { busy: [before, load_average()?], ..self })
    }

    /// What there is to tell, by name.
    pub(crate) fn told(&self) -> [(&'static str, String); 6] {
        let Self { processor, memory, disk, system, busy: [before, after] } = self;
        let build =
            if cfg!(debug_assertions) { "debug: its figures say nothing" } else { "release" };
        [
            ("Processor", processor.clone()),
            ("Memory", memory.clone()),
            ("Disk", disk.clone()),
            ("System", system.clone()),
            ("Build", build.to_owned()),
            ("Load average", format!("{before} before, {after} at the end")),
        ]
    }

    /// One of which nothing is known.
    #[cfg(test)]
    pub(crate) fn unknown() -> Self {
        let [processor, memory, disk, system] = [const { String::new() }; 4];
        Self { processor, memory, disk, system, busy: [const { String::new() }; 2] }
    }
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {path}"))
}

fn model(cpuinfo: &str) -> &str {
    let line = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    line.and_then(|line| line.split_once(": ")).map_or("model unknown", |(_, model)| model.trim())
}

fn virtualised(cpuinfo: &str) -> &'static str {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    let is_guest = flags.is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    if is_guest { " of a virtual machine" } else { "" }
}

fn memory(meminfo: &str) -> String {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes: Option<u64> =
        total.and_then(|total| total.split_whitespace().next()?.parse().ok());
    kibibytes.map_or("unknown".to_owned(), |n| format!("{} GiB", n.div_ceil(1_024 * 1_024)))
}

/// The device, by its numbers, and the file system in which a folder is.
fn mounted_at(mountinfo: &str, folder: &Path) -> Option<(String, String)> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(2);
        let (device, point) = (place.next()?, place.nth(1)?);
        let mut kind = kind.split(' ');
        let told = format!("{} on {}", kind.next()?, kind.next()?);
        Some((Path::new(point), device.to_owned(), told))
    });
    // Of two at the same place the later one hides the earlier.
    let mounts = mounts.filter(|(point, ..)| folder.starts_with(point));
    let (_, device, told) = mounts.max_by_key(|(point, ..)| point.components().count())?;
    Some((device, told))
}

/// Whether the disk of a device turns, if that is known.
fn turning(device: &str) -> &'static str {
    let device = Path::new("/sys/dev/block").join(device);
    // A partition's queue is its disk's.
    let told = ["queue/rotational", "../queue/rotational"].map(|file| device.join(file));
    match told.iter().find_map(|file| fs::read_to_string(file).ok()).as_deref().map(str::trim) {
        Some("0") => " (does not turn)",
        Some("1") => " (turns, or says so)",
        Some(_) | None => "",
    }
}

/// How long it takes in the middle to write a page at the end of a file and have it on the disk.
fn time_of_sync(folder: &Path) -> Result<Duration> {
    let path = folder.join("syncs");
    let mut file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let began = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort();
    Ok(times.get(SYNCS / 2).copied().unwrap_or_default())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1_000.0)
}

fn load_average() -> Result<String> {
    let text = read("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_known_by_its_model_and_as_a_guest_by_its_flag() {
        let cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu hypervisor\n";
        assert_eq!(model(cpuinfo), "AMD EPYC 9354");
        assert_eq!(virtualised(cpuinfo), " of a virtual machine");
        assert_eq!((model("processor\t: 0\n"), virtualised("")), ("model unknown", ""));
    }

    #[test]
    fn memory_is_told_in_gibibytes() {
        assert_eq!(memory("MemTotal:       24667000 kB\nMemFree: 1 kB\n"), "24 GiB");
    }

    #[test]
    fn a_folder_is_on_the_innermost_mount() {
        let mounts = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
                      30 27 0:25 / /tmp rw shared:1 - tmpfs tmpfs rw\n\
                      31 27 8:1 / /data rw - xfs /dev/sda1 rw\n";
        let at = |folder| mounted_at(mounts, Path::new(folder)).unwrap();
        assert_eq!(at("/data/bench"), ("8:1".to_owned(), "xfs on /dev/sda1".to_owned()));
        assert_eq!(at("/database"), ("254:0".to_owned(), "ext4 on /dev/vda".to_owned()));
    }
}
