"""The engine: crashes at any point, failing homes and stores, queues, the clock, the gate."""
