/** Loaded before a command: when the process that started it is gone without a signal, the command ends in order. */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
