//! Options of a container that only Linux has, and limits of its processes.

use windlass_derive::Block;

use crate::value::Input;

crate::text_enum! {
    /// What a container may do with a device.
    pub enum DevicePermission {
        /// Read.
        Read = "read",
        /// Write.
        Write = "write",
        /// Make device files.
        Mknod = "mknod",
    }
    /// What is limited.
    pub enum UlimitName {
        /// The size of core files.
        Core = "core",
        /// CPU time.
        Cpu = "cpu",
        /// The size of the data segment.
        Data = "data",
        /// The size of files.
        Fsize = "fsize",
        /// File locks.
        Locks = "locks",
        /// Locked memory.
        Memlock = "memlock",
        /// Memory in message queues.
        Msgqueue = "msgqueue",
        /// Priority by niceness.
        Nice = "nice",
        /// Open files; the one limit that Fargate lets a task set.
        Nofile = "nofile",
        /// Processes.
        Nproc = "nproc",
        /// Resident memory.
        Rss = "rss",
        /// Real-time priority.
        Rtprio = "rtprio",
        /// Real-time without a blocking call.
        Rttime = "rttime",
        /// Pending signals.
        Sigpending = "sigpending",
        /// The size of the stack.
        Stack = "stack",
    }
}

/// Linux's own options of a container.
#[derive(Debug, Clone, Block)]
pub struct LinuxParameters {
    /// Capabilities beyond or below Docker's own set.
    pub capabilities: Option<KernelCapabilities>,
    /// Devices of the host. Not on Fargate.
    #[field(keyed("HostPath"))]
    pub devices: Vec<Device>,
    /// Whether an init process reaps and forwards signals. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub init_process_enabled: Option<Input<bool>>,
    /// How much it may swap, in MiB; 0 for not at all. Not on Fargate.
    pub max_swap: Option<Input<u32>>,
    /// The size of `/dev/shm` in MiB. Not on Fargate.
    pub shared_memory_size: Option<Input<u32>>,
    /// How willingly it swaps, 0 to 100. It has an effect with `MaxSwap` only. Not on Fargate.
    pub swappiness: Option<Input<u8>>,
    /// File systems in memory. Not on Fargate.
    #[field(keyed("ContainerPath"))]
    pub tmpfs: Vec<Tmpfs>,
}

/// Capabilities beyond or below Docker's own set, such as `NET_ADMIN`; `ALL` for all.
#[derive(Debug, Clone, Block)]
pub struct KernelCapabilities {
    /// Given. On Fargate only `SYS_PTRACE`.
    #[field(set)]
    pub add: Vec<Input<String>>,
    /// Taken away.
    #[field(set)]
    pub drop: Vec<Input<String>>,
}

/// A device of the host in a container.
#[derive(Debug, Clone, Block)]
pub struct Device {
    /// Its path on the host.
    pub host_path: Input<String>,
    /// Its path in the container; the same where absent.
    pub container_path: Option<Input<String>>,
    /// What the container may do with it; everything where absent.
    #[field(set)]
    pub permissions: Vec<Input<DevicePermission>>,
}

/// A file system in memory.
#[derive(Debug, Clone, Block)]
pub struct Tmpfs {
    /// Its path in the container.
    pub container_path: Input<String>,
    /// Its size at most, in MiB.
    pub size: Input<u32>,
    /// Mount options, such as `noexec`.
    #[field(set)]
    pub mount_options: Vec<Input<String>>,
}

/// A kernel parameter of a container's namespaces.
#[derive(Debug, Clone, Block)]
pub struct SystemControl {
    /// Its name, such as `net.core.somaxconn`.
    pub namespace: Input<String>,
    /// Its value.
    pub value: Input<String>,
}

/// A limit on what a container's processes take.
#[derive(Debug, Clone, Block)]
pub struct Ulimit {
    /// What is limited.
    pub name: Input<UlimitName>,
    /// The limit that a process may raise itself.
    pub soft_limit: Input<i32>,
    /// The limit that it may not.
    pub hard_limit: Input<i32>,
}
