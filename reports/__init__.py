"""What Pandu draws from a run: flowcharts, timelines, evidence. Nothing is drawn yet."""
