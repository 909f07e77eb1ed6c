//! Container options that only Linux has, and limits (ulimits) of the container's processes.

use windlass_derive::Block;

use crate::value::Input;

crate::text_enum! {
    /// What a container may do with a device.
    pub enum DevicePermission {
        Read = "read",
        Write = "write",
        /// Make device files.
        Mknod = "mknod",
    }
    /// The resource that a ulimit limits.
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
        /// Open files. Fargate lets a task set only this limit.
        Nofile = "nofile",
        /// Processes.
        Nproc = "nproc",
        /// Resident memory.
        Rss = "rss",
        /// Real-time priority.
        Rtprio = "rtprio",
        /// Real time without a blocking call.
        Rttime = "rttime",
        /// Pending signals.
        Sigpending = "sigpending",
        /// The size of the stack.
        Stack = "stack",
    }
}

/// Options of a container that only Linux has.
#[derive(Debug, Clone, Block)]
pub struct LinuxParameters {
    /// Kernel capabilities to add to or drop from Docker's default set.
    pub capabilities: Option<KernelCapabilities>,
    /// Devices of the host. Not on Fargate.
    #[field(keyed("HostPath"))]
    pub devices: Vec<Device>,
    /// Whether an init process forwards signals and reaps processes. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub init_process_enabled: Option<Input<bool>>,
    /// The swap memory that the container may use, in MiB; 0 for none. Not on Fargate.
    pub max_swap: Option<Input<u32>>,
    /// The size of `/dev/shm` in MiB. Not on Fargate.
    pub shared_memory_size: Option<Input<u32>>,
    /// How readily the container swaps, 0 to 100. It has an effect with `MaxSwap` only. Not on Fargate.
    pub swappiness: Option<Input<u8>>,
    /// File systems in memory. Not on Fargate.
    #[field(keyed("ContainerPath"))]
    pub tmpfs: Vec<Tmpfs>,
}

/// Kernel capabilities to add to or drop from Docker's default set, such as `NET_ADMIN`; `ALL` for all.
#[derive(Debug, Clone, Block)]
pub struct KernelCapabilities {
    /// Capabilities to add. On Fargate only `SYS_PTRACE`.
    #[field(set)]
    pub add: Vec<Input<String>>,
    /// Capabilities to drop.
    #[field(set)]
    pub drop: Vec<Input<String>>,
}

/// A device of the host in a container.
#[derive(Debug, Clone, Block)]
pub struct Device {
    /// The path on the host.
    pub host_path: Input<String>,
    /// The path in the container. If absent, the same as on the host.
    pub container_path: Option<Input<String>>,
    /// What the container may do with the device. If empty, everything.
    #[field(set)]
    pub permissions: Vec<Input<DevicePermission>>,
}

/// A file system in memory.
#[derive(Debug, Clone, Block)]
pub struct Tmpfs {
    /// The path in the container.
    pub container_path: Input<String>,
    /// The maximum size, in MiB.
    pub size: Input<u32>,
    /// Mount options, such as `noexec`.
    #[field(set)]
    pub mount_options: Vec<Input<String>>,
}

/// A kernel parameter of a container's namespaces.
#[derive(Debug, Clone, Block)]
pub struct SystemControl {
    /// The name, such as `net.core.somaxconn`.
    pub namespace: Input<String>,
    pub value: Input<String>,
}

/// A resource limit (ulimit) of a container's processes.
#[derive(Debug, Clone, Block)]
pub struct Ulimit {
    /// The resource that is limited.
    pub name: Input<UlimitName>,
    /// The soft limit, which a process may raise itself.
    pub soft_limit: Input<i32>,
    /// The hard limit, which a process cannot raise.
    pub hard_limit: Input<i32>,
}
